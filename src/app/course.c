#include "app/course.h"

#define DAY   INT64_C(86400000)
#define FROM  (INT64_C(475) * 60000)  /* 07:55 */
#define UNTIL (INT64_C(1215) * 60000) /* 20:15 */

/* Time since midnight of the first day without the nights. */
static int64_t daylight(const struct course *course, struct wall shop)
{
    int64_t since = wall_minus(shop, course->midnight);
    int64_t day = since / DAY - (since % DAY < 0), in_day = since - day * DAY;
    int64_t lit = in_day < FROM ? 0 : in_day > UNTIL ? UNTIL - FROM : in_day - FROM;
    return day * (UNTIL - FROM) + lit;
}

struct wall course_map(void *user, struct wall shop)
{
    const struct course *course = user;
    int64_t ahead = wall_minus(shop, course->shop_zero);
    if (ahead <= 0)
        return wall_plus(course->real_zero, ahead);
    int64_t lit = daylight(course, shop) - daylight(course, course->shop_zero);
    return wall_plus(course->real_zero, (int64_t)((double)lit / course->speed));
}

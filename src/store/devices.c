#include "store/devices.h"

#include "store/own.h"

bool store_put_button(struct store *store, const struct store_button *button)
{
    struct binder b = { store_statement(store, ST_PUT_BUTTON), 1 };
    if (!b.stmt)
        return false;
    bind_text(&b, button->name);
    bind_text(&b, button->mark);
    bind_text(&b, button->boot);
    if (button->boot[0])
        bind_int(&b, button->up.ms);
    else
        bind_null(&b);
    return store_run(store, b.stmt);
}

bool store_put_delivery(struct store *store, int64_t n, int packet, uint64_t hash)
{
    struct binder b = { store_statement(store, ST_PUT_DELIVERY), 1 };
    if (!b.stmt)
        return false;
    bind_int(&b, n % STORE_DELIVERIES_MAX);
    bind_int(&b, n);
    bind_int(&b, packet);
    bind_int(&b, (int64_t)hash);
    return store_run(store, b.stmt);
}

bool store_drop_deliveries(struct store *store)
{
    return sqlite3_exec(store->db, "DELETE FROM delivery", NULL, NULL, NULL) == SQLITE_OK ||
           store_fail(store, "forget deliveries");
}

static void bind_level(struct binder *b, int level)
{
    if (level < 0)
        bind_null(b);
    else
        bind_int(b, level);
}

bool store_put_device(struct store *store, const struct store_device *device)
{
    struct binder b = { store_statement(store, ST_PUT_DEVICE), 1 };
    if (!b.stmt)
        return false;
    bind_text(&b, device->name);
    bind_level(&b, device->battery);
    bind_level(&b, device->link);
    bind_wall(&b, device->low);
    bind_wall(&b, device->silent);
    return store_run(store, b.stmt);
}

bool store_put_announced(struct store *store, const char *topic)
{
    struct binder b = { store_statement(store, ST_PUT_ANNOUNCED), 1 };
    if (!b.stmt)
        return false;
    bind_text(&b, topic);
    return store_run(store, b.stmt);
}

bool store_drop_announced(struct store *store, const char *topic)
{
    struct binder b = { store_statement(store, ST_DROP_ANNOUNCED), 1 };
    if (!b.stmt)
        return false;
    bind_text(&b, topic);
    return store_run(store, b.stmt);
}

/* Loading: each row to a callback. */

struct load {
    void *user;
    union {
        void (*button)(void *user, const struct store_button *button);
        void (*delivery)(void *user, int64_t n, int packet, uint64_t hash);
        void (*device)(void *user, const struct store_device *device);
        void (*announced)(void *user, const char *topic);
    } each;
};

static const char *text(sqlite3_stmt *stmt, int column)
{
    const char *value = (const char *)sqlite3_column_text(stmt, column);
    return value ? value : "";
}

static bool is_null(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL;
}

static struct wall wall(sqlite3_stmt *stmt, int column)
{
    return is_null(stmt, column) ? WALL_NONE : (struct wall){ sqlite3_column_int64(stmt, column) };
}

static bool each_row(struct store *store, const char *query,
                     void (*row)(const struct load *l, sqlite3_stmt *stmt), const struct load *l)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(store->db, query, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
            row(l, stmt);
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE || store_fail(store, "read what devices said");
}

static void button_row(const struct load *l, sqlite3_stmt *stmt)
{
    struct store_button button = {
        text(stmt, 0), text(stmt, 1), text(stmt, 2), { sqlite3_column_int64(stmt, 3) }
    };
    l->each.button(l->user, &button);
}

bool store_load_buttons(struct store *store, void (*each)(void *user, const struct store_button *button),
                        void *user)
{
    const struct load l = { user, { .button = each } };
    return each_row(store, "SELECT name, mark, boot, boot_ms FROM button", button_row, &l);
}

static void delivery_row(const struct load *l, sqlite3_stmt *stmt)
{
    l->each.delivery(l->user, sqlite3_column_int64(stmt, 0), sqlite3_column_int(stmt, 1),
                     (uint64_t)sqlite3_column_int64(stmt, 2));
}

bool store_load_deliveries(struct store *store,
                           void (*each)(void *user, int64_t n, int packet, uint64_t hash), void *user)
{
    const struct load l = { user, { .delivery = each } };
    return each_row(store, "SELECT n, packet, hash FROM delivery ORDER BY n", delivery_row, &l);
}

static void device_row(const struct load *l, sqlite3_stmt *stmt)
{
    struct store_device device = { .name = text(stmt, 0),
                                   .battery = is_null(stmt, 1) ? -1 : sqlite3_column_int(stmt, 1),
                                   .link = is_null(stmt, 2) ? -1 : sqlite3_column_int(stmt, 2),
                                   .low = wall(stmt, 3),
                                   .silent = wall(stmt, 4) };
    l->each.device(l->user, &device);
}

bool store_load_devices(struct store *store, void (*each)(void *user, const struct store_device *device),
                        void *user)
{
    const struct load l = { user, { .device = each } };
    return each_row(store, "SELECT name, battery, link, low_ms, silent_ms FROM device", device_row, &l);
}

static void announced_row(const struct load *l, sqlite3_stmt *stmt)
{
    l->each.announced(l->user, text(stmt, 0));
}

bool store_load_announced(struct store *store, void (*each)(void *user, const char *topic), void *user)
{
    const struct load l = { user, { .announced = each } };
    return each_row(store, "SELECT topic FROM announced ORDER BY topic", announced_row, &l);
}

/* Files that appear whole: what stands at the path before, meanwhile and after, also when it fails. */
#include "sys/whole.h"
#include "tests/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NOBODY 65534
#define CANNOT 77 /* of a child: this machine does not let it */

struct kit {
    char folder[64], path[128], fault[WHOLE_FAULT];
};

static int set_up(void **state)
{
    struct kit *kit = calloc(1, sizeof *kit);
    snprintf(kit->folder, sizeof kit->folder, "/tmp/pitboard-whole-XXXXXX");
    if (!mkdtemp(kit->folder) || chmod(kit->folder, 0755) != 0)
        return -1;
    snprintf(kit->path, sizeof kit->path, "%s/report.html", kit->folder);
    *state = kit;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *kit = *state;
    int code = folder_remove(kit->folder);
    free(kit);
    return code;
}

/* Things in the folder. */
static int count(const struct kit *kit)
{
    DIR *d = opendir(kit->folder);
    int n = -2; /* . and .. */
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void put(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void holds(const char *path, const char *text)
{
    char got[64] = "";
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_true(read(fd, got, sizeof got - 1) >= 0);
    close(fd);
    assert_string_equal(got, text);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static bool put_new(struct kit *kit, const char *path)
{
    return whole_put(path, "new", 3, WHOLE_DURABLE, kit->fault);
}

/* It is not begun, for this reason; the place and a cure are named and nothing was made or changed. */
static void refuses(struct kit *kit, const char *path, int why, const char *cure)
{
    int n = count(kit);
    errno = 0;
    assert_null(whole_open(path, WHOLE_DURABLE, kit->fault));
    assert_int_equal(errno, why);
    assert_memory_equal(kit->fault, path, strlen(path) < 400 ? strlen(path) : 400);
    if (!strstr(kit->fault, cure))
        fail_msg("\"%s\" does not say: %s", kit->fault, cure);
    assert_int_equal(count(kit), n);
}

/* Runs `what` in a process of its own and gives its exit code, -SIGNAL if one ended it. */
static int apart(struct kit *kit, int (*what)(struct kit *kit))
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(what(kit));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void it_appears_at_the_end(void **state)
{
    struct kit *kit = *state;
    for (int wish = WHOLE_QUICK; wish <= WHOLE_DURABLE; wish++) {
        put(kit->path, "old", 0644);
        struct whole *w = whole_open(kit->path, (enum whole_wish)wish, kit->fault);
        assert_non_null(w);
        assert_true(fputs("new", whole_stream(w)) >= 0);
        holds(kit->path, "old");
        assert_int_equal(count(kit), 2);
        assert_true(whole_keep(w, kit->fault));
        holds(kit->path, "new");
        assert_int_equal(count(kit), 1);
    }
}

static void dropped_it_never_was(void **state)
{
    struct kit *kit = *state;
    struct whole *w = whole_open(kit->path, WHOLE_DURABLE, kit->fault);
    assert_non_null(w);
    fputs("new", whole_stream(w));
    errno = EDOM;
    whole_drop(w);
    assert_int_equal(errno, EDOM);
    assert_int_equal(count(kit), 0);
    whole_drop(NULL);
}

static void a_part_is_written_by_name(void **state)
{
    struct kit *kit = *state;
    struct whole *w = whole_open(kit->path, WHOLE_DURABLE, kit->fault);
    assert_non_null(w);
    put(whole_part(w), "by name", 0600);
    assert_true(whole_keep(w, kit->fault));
    holds(kit->path, "by name");
}

/* A new file: what the umask leaves. One that is there: its own, and its part is nobody else's to read. */
static void modes_are_as_they_should_be(void **state)
{
    static const mode_t masks[] = { 0, 022, 027, 077 }, modes[] = { 0600, 0640, 0666, 0444, 0755 };
    struct kit *kit = *state;
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        mode_t was = umask(masks[i]);
        assert_true(put_new(kit, kit->path));
        umask(was);
        assert_int_equal(mode_of(kit->path), 0666 & ~masks[i]);
        unlink(kit->path);
    }
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        put(kit->path, "old", modes[i]);
        struct whole *w = whole_open(kit->path, WHOLE_QUICK, kit->fault);
        assert_non_null(w);
        assert_int_equal(mode_of(whole_part(w)), 0600);
        assert_true(whole_keep(w, kit->fault));
        assert_int_equal(mode_of(kit->path), modes[i]);
    }
}

static void the_owner_stays(void **state)
{
    struct kit *kit = *state;
    struct stat st;
    if (geteuid() != 0)
        skip();
    put(kit->path, "old", 0640);
    assert_int_equal(chown(kit->path, NOBODY, NOBODY), 0);
    assert_true(put_new(kit, kit->path));
    assert_int_equal(stat(kit->path, &st), 0);
    assert_int_equal(st.st_uid, NOBODY);
    assert_int_equal(st.st_gid, NOBODY);
}

static void a_link_is_followed(void **state)
{
    struct kit *kit = *state;
    char link[160], other[160];
    struct stat st;
    snprintf(link, sizeof link, "%s/latest", kit->folder);
    snprintf(other, sizeof other, "%s/second", kit->folder);
    put(kit->path, "old", 0640);
    assert_int_equal(symlink("report.html", link), 0);
    assert_int_equal(symlink(link, other), 0);
    assert_true(put_new(kit, other));
    holds(kit->path, "new");
    assert_int_equal(mode_of(kit->path), 0640);
    assert_int_equal(lstat(other, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(count(kit), 3);
    unlink(kit->path);
    refuses(kit, other, ENOLINK, "points to nothing");
    unlink(link);
    assert_int_equal(symlink("second", link), 0);
    refuses(kit, other, ELOOP, "points to itself");
    unlink(link);
    assert_int_equal(symlink(".", link), 0);
    refuses(kit, link, EISDIR, "is a folder");
}

static void only_a_file_is_replaced(void **state)
{
    struct kit *kit = *state;
    char path[200];
    struct stat st;
    refuses(kit, kit->folder, EISDIR, "name a file in it");
    snprintf(path, sizeof path, "%s/", kit->folder);
    refuses(kit, path, EISDIR, "name a file in it");
    refuses(kit, "/dev/null", ENXIO, "is a device");
    refuses(kit, "/dev/stdout", ENXIO, "name a file");
    snprintf(path, sizeof path, "%s/pipe", kit->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    refuses(kit, path, ENXIO, "a pipe");
    assert_true(whole_is_stream(path));
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof at.sun_path, "%s/socket", kit->folder);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    close(fd);
    refuses(kit, at.sun_path, ENXIO, "name a file");
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
}

/* An open file by its number is no place for a new file, whatever it is. */
static void streams_are_told_from_files(void **state)
{
    struct kit *kit = *state;
    char path[64], link[160];
    put(kit->path, "old", 0600);
    int fd = open(kit->path, O_RDONLY);
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    assert_true(whole_is_stream(path));
    refuses(kit, path, ENXIO, "name a file");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    assert_true(whole_is_stream(path));
    snprintf(link, sizeof link, "%s/link", kit->folder);
    assert_int_equal(symlink(path, link), 0);
    assert_true(whole_is_stream(link));
    close(fd);
    assert_true(whole_is_stream("/dev/null"));
    assert_false(whole_is_stream(kit->path));
    assert_false(whole_is_stream(kit->folder));
    assert_false(whole_is_stream("/nonexistent/x"));
}

static void places_that_are_not_there(void **state)
{
    struct kit *kit = *state;
    char path[WHOLE_PATH + 10], name[300];
    snprintf(path, sizeof path, "%s/none/x", kit->folder);
    refuses(kit, path, ENOENT, "folder is not there; make it");
    refuses(kit, "", ENOENT, "");
    put(kit->path, "old", 0600);
    snprintf(path, sizeof path, "%s/x", kit->path);
    refuses(kit, path, ENOTDIR, "folder is a file");
    memset(name, 'n', sizeof name);
    snprintf(path, sizeof path, "%s/%.256s", kit->folder, name);
    refuses(kit, path, ENAMETOOLONG, "shorter");
    memset(path, '/', sizeof path);
    snprintf(path + WHOLE_PATH, 2, "x");
    refuses(kit, path, ENAMETOOLONG, "shorter");
    /* The longest name there is. */
    snprintf(path, sizeof path, "%s/%.255s", kit->folder, name);
    assert_true(put_new(kit, path));
    holds(path, "new");
    assert_int_equal(count(kit), 2);
}

/* As somebody who may not. */
static int write_where_one_may_not(struct kit *kit)
{
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        return CANNOT;
    errno = 0;
    if (whole_open(kit->path, WHOLE_DURABLE, kit->fault) || errno != EACCES)
        return 1;
    return strncmp(kit->fault, kit->path, strlen(kit->path)) != 0 || !strstr(kit->fault, "grant it");
}

static void a_read_only_folder(void **state)
{
    struct kit *kit = *state;
    put(kit->path, "old", 0644);
    assert_int_equal(chmod(kit->folder, 0555), 0);
    int code = apart(kit, write_where_one_may_not);
    chmod(kit->folder, 0755);
    if (code == CANNOT)
        skip();
    assert_int_equal(code, 0);
    holds(kit->path, "old");
    assert_int_equal(count(kit), 1);
}

static int die_meanwhile(struct kit *kit)
{
    struct whole *w = whole_open(kit->path, WHOLE_DURABLE, kit->fault);
    fputs("new", whole_stream(w));
    fflush(whole_stream(w));
    raise(SIGKILL);
    return 1;
}

static void what_a_kill_leaves_goes_with_the_next(void **state)
{
    struct kit *kit = *state;
    char other[200];
    put(kit->path, "old", 0644);
    assert_int_equal(apart(kit, die_meanwhile), -SIGKILL);
    assert_int_equal(apart(kit, die_meanwhile), -SIGKILL);
    holds(kit->path, "old");
    assert_int_equal(count(kit), 2); /* the second one removed what the first one left */
    assert_true(put_new(kit, kit->path));
    holds(kit->path, "new");
    assert_int_equal(count(kit), 1);
    /* Of a process that lives, of another file, or not ours at all: they stay. */
    static const char *const names[] = { "report.html.pitboard-part-1", "other.pitboard-part-999999999",
                                         "report.html.pitboard-part-999999999.txt",
                                         "report.html.pitboard-part-", "report.html.part-999999999" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(other, sizeof other, "%s/%s", kit->folder, names[i]);
        put(other, "theirs", 0600);
    }
    assert_true(put_new(kit, kit->path));
    assert_int_equal(count(kit), 6);
}

/* One that died with our number, and what SQLite leaves beside it. */
static void a_number_that_comes_again(void **state)
{
    struct kit *kit = *state;
    char part[200];
    snprintf(part, sizeof part, "%s.pitboard-part-%d", kit->path, (int)getpid());
    put(part, "left", 0600);
    assert_true(put_new(kit, kit->path));
    holds(kit->path, "new");
    snprintf(part, sizeof part, "%s.pitboard-part-999999999-wal", kit->path);
    put(part, "left", 0600);
    whole_sweep(kit->folder, "report");
    assert_int_equal(count(kit), 1);
}

/* Writes more than there is room for. 0: refused as it should be, nothing left. */
static int overfill(struct kit *kit, const char *path, int why)
{
    static const char block[65536];
    struct whole *w = whole_open(path, WHOLE_QUICK, kit->fault);
    if (!w)
        return 2;
    bool ok = true;
    for (int i = 0; ok && i < 64; i++)
        ok = fwrite(block, 1, sizeof block, whole_stream(w)) == sizeof block;
    if (whole_keep(w, kit->fault))
        return 3;
    if (errno != why)
        return 4;
    struct stat st;
    return stat(path, &st) == 0 ? 5 : 0;
}

static int fill_a_disk(struct kit *kit)
{
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("pitboard-test", kit->folder, "tmpfs", 0, "size=1m") != 0)
        return CANNOT;
    int code = overfill(kit, kit->path, ENOSPC);
    return code ? code : strstr(kit->fault, "disk is full; make room") ? count(kit) : 6;
}

static int outgrow_the_limit(struct kit *kit)
{
    struct rlimit limit = { 1 << 20, 1 << 20 };
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    int code = overfill(kit, kit->path, EFBIG);
    return code ? code : count(kit);
}

static void a_full_disk(void **state)
{
    struct kit *kit = *state;
    assert_int_equal(apart(kit, outgrow_the_limit), 0);
    int code = apart(kit, fill_a_disk);
    if (code == CANNOT)
        skip();
    assert_int_equal(code, 0);
}

/* The folder went away meanwhile. */
static void it_cannot_get_its_name(void **state)
{
    struct kit *kit = *state;
    char folder[128], path[160];
    snprintf(folder, sizeof folder, "%s/sub", kit->folder);
    snprintf(path, sizeof path, "%s/x", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    struct whole *w = whole_open(path, WHOLE_DURABLE, kit->fault);
    assert_non_null(w);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(whole_keep(w, kit->fault));
    assert_non_null(strstr(kit->fault, "is a folder"));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(folder), 0); /* nothing else is in it */
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(it_appears_at_the_end),
        CASE(dropped_it_never_was),
        CASE(a_part_is_written_by_name),
        CASE(modes_are_as_they_should_be),
        CASE(the_owner_stays),
        CASE(a_link_is_followed),
        CASE(only_a_file_is_replaced),
        CASE(streams_are_told_from_files),
        CASE(places_that_are_not_there),
        CASE(a_read_only_folder),
        CASE(what_a_kill_leaves_goes_with_the_next),
        CASE(a_number_that_comes_again),
        CASE(a_full_disk),
        CASE(it_cannot_get_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

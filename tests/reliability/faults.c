/*
 * Spoils one call that changes files, to see what a program makes of it. Put before a program
 * with LD_PRELOAD; it counts the calls that concern files below FAULTS_BELOW.
 *
 *   FAULTS_AT      which call to spoil, from 1; 0 spoils none
 *   FAULTS_KIND    eio, enospc, edquot, eintr: the call fails so
 *                  full:  it and all later calls that need room fail with ENOSPC
 *                  short: a write writes half; other calls fail with EIO
 *                  kill:  the program is killed in place of the call
 *                  torn:  a write writes half, then the program is killed
 *                  rofs:  every opening of a file to write fails with EROFS
 *   FAULTS_REPORT  a file that gets the number of calls when the program ends
 *
 * Calls that a library makes without libc (tempfile's renameat2) are not seen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;
static long at;
static const char *below, *kind = "";

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("FAULTS_AT");
    at = text ? atol(text) : 0;
    below = getenv("FAULTS_BELOW");
    if (getenv("FAULTS_KIND")) kind = getenv("FAULTS_KIND");
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULTS_REPORT");
    FILE *report = path ? fopen(path, "w") : NULL;
    if (!report) return;
    fprintf(report, "%ld\n", atomic_load(&calls));
    fclose(report);
}

static int is(const char *name) { return strcmp(kind, name) == 0; }

static int is_ours(const char *path) {
    return below && path && strncmp(path, below, strlen(below)) == 0;
}

static int is_ours_open(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* What to do with a call: 0 lets it be, 1 fails it with errno set, 2 halves it. `room` says
   whether it needs space on the disk. */
static int fate(int ours, int room, int is_write) {
    if (!ours) return 0;
    long call = atomic_fetch_add(&calls, 1) + 1;
    if (at == 0 || call < at) return 0;
    if (is("full") && room) { errno = ENOSPC; return 1; }
    if (call > at) return 0;
    if (is("kill")) die();
    if (is("torn") || is("short")) {
        if (is_write) return 2;
        if (is("torn")) die();
        errno = EIO;
        return 1;
    }
    if (is("enospc") || is("edquot")) {
        if (!room) return 0;
        errno = is("enospc") ? ENOSPC : EDQUOT;
        return 1;
    }
    if (is("eintr")) { errno = EINTR; return 1; }
    if (is("eio")) { errno = EIO; return 1; }
    return 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_change(int flags) { return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0; }

#define MODE(last)                                  \
    mode_t mode = 0;                                \
    if (flags & (O_CREAT | O_TMPFILE)) {            \
        va_list list;                               \
        va_start(list, last);                       \
        mode = va_arg(list, mode_t);                \
        va_end(list);                               \
    }

#define SPOIL_OPEN                                                      \
    if (is_change(flags) && is_ours(path)) {                            \
        if (is("rofs")) { errno = EROFS; return -1; }                   \
        if (fate(1, flags & O_CREAT, 0)) return -1;                     \
    }

int open(const char *path, int flags, ...) {
    MODE(flags) SPOIL_OPEN return REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE(flags) SPOIL_OPEN return REAL(open64)(path, flags, mode);
}
int openat(int dir, const char *path, int flags, ...) {
    MODE(flags) SPOIL_OPEN return REAL(openat)(dir, path, flags, mode);
}
int openat64(int dir, const char *path, int flags, ...) {
    MODE(flags) SPOIL_OPEN return REAL(openat64)(dir, path, flags, mode);
}

#define SPOIL_WRITE(name, ...)                                          \
    switch (fate(is_ours_open(fd), 1, 1)) {                             \
    case 1: return -1;                                                  \
    case 2: {                                                           \
        ssize_t done = REAL(name)(__VA_ARGS__);                         \
        if (is("torn")) die();                                          \
        return done;                                                    \
    }                                                                   \
    }

ssize_t write(int fd, const void *data, size_t size) {
    SPOIL_WRITE(write, fd, data, size / 2) return REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    SPOIL_WRITE(pwrite, fd, data, size / 2, offset) return REAL(pwrite)(fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    SPOIL_WRITE(pwrite64, fd, data, size / 2, offset)
    return REAL(pwrite64)(fd, data, size, offset);
}

#define SPOIL(ours, room) if (fate(ours, room, 0)) return -1;

int fsync(int fd) { SPOIL(is_ours_open(fd), 1) return REAL(fsync)(fd); }
int fdatasync(int fd) { SPOIL(is_ours_open(fd), 1) return REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t size) { SPOIL(is_ours_open(fd), 1) return REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) {
    SPOIL(is_ours_open(fd), 1) return REAL(ftruncate64)(fd, size);
}
int rename(const char *from, const char *to) { SPOIL(is_ours(to), 1) return REAL(rename)(from, to); }
int link(const char *from, const char *to) { SPOIL(is_ours(to), 1) return REAL(link)(from, to); }
int unlink(const char *path) { SPOIL(is_ours(path), 0) return REAL(unlink)(path); }
int mkdir(const char *path, mode_t mode) { SPOIL(is_ours(path), 1) return REAL(mkdir)(path, mode); }

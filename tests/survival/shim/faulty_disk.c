/* A faulty disk for the files of one folder, FAULTY_DISK_FOLDER, while a control file exists:
 * FAULTY_DISK_FULL     a write fails with ENOSPC;
 * FAULTY_DISK_UNSYNCED a sync fails with EIO.
 * After each sync of a write-ahead log that went well its size is appended to FAULTY_DISK_SYNCED. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int path_of(int file, char *path, size_t size) {
    const char *folder = getenv("FAULTY_DISK_FOLDER");
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0 || !folder)
        return 0;
    path[length] = '\0';
    return strncmp(path, folder, strlen(folder)) == 0;
}

static int fails(const char *variable, int file, int error) {
    const char *control = getenv(variable);
    char path[4096];
    int before = errno;
    int failing = control && access(control, F_OK) == 0 && path_of(file, path, sizeof path);
    errno = failing ? error : before;
    return failing;
}

static int is_full(int file) { return fails("FAULTY_DISK_FULL", file, ENOSPC); }

ssize_t write(int file, const void *data, size_t size) {
    return is_full(file) ? -1 : REAL(write)(file, data, size);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at) {
    return is_full(file) ? -1 : REAL(pwrite)(file, data, size, at);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) {
    return is_full(file) ? -1 : REAL(pwrite64)(file, data, size, at);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
    return is_full(file) ? -1 : REAL(pwritev)(file, parts, count, at);
}

static void note(int file) {
    const char *name = getenv("FAULTY_DISK_SYNCED");
    char path[4096], line[32];
    struct stat found;
    if (!name || !path_of(file, path, sizeof path) || fstat(file, &found) != 0)
        return;
    size_t length = strlen(path);
    if (length < 4 || strcmp(path + length - 4, "-wal") != 0)
        return;
    int log = open(name, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (log < 0)
        return;
    int size = snprintf(line, sizeof line, "%lld\n", (long long)found.st_size);
    if (REAL(write)(log, line, size) != size)
        abort();
    close(log);
}

static int synced(int (*real)(int), int file) {
    if (fails("FAULTY_DISK_UNSYNCED", file, EIO))
        return -1;
    int result = real(file);
    if (result == 0)
        note(file);
    return result;
}

int fsync(int file) { return synced(REAL(fsync), file); }

int fdatasync(int file) { return synced(REAL(fdatasync), file); }

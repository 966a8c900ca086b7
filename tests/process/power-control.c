/* Control of the power cut itself: a writer as simple as can be, so that a loss
 * under it is the injector's lie and not the writer's fault.
 *
 * usage: power-control write FILE ACKS   records, each synced, then its number to ACKS
 *        power-control check FILE ACKS   0: every acknowledged record is there; 1: not
 *        power-control cut MOUNTPOINT    the file system drops all that is not durable; 2: not
 * possible power-control still PID         waits until every thread of it is stopped
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define RECORD 16384

static void
fill(uint64_t n, uint64_t *record)
{
    for (size_t i = 0; i < RECORD / sizeof *record; i++)
        record[i] = n * UINT64_C(0x9E3779B97F4A7C15) + i;
}

static int
write_records(const char *path, const char *acks)
{
    uint64_t record[RECORD / sizeof(uint64_t)];
    int file = open(path, O_WRONLY | O_CREAT, 0600), ack = open(acks, O_WRONLY | O_CREAT, 0600);

    if (file < 0 || ack < 0)
        return 2;
    for (uint64_t n = 1;; n++) {
        fill(n, record);
        if (write(file, record, RECORD) != RECORD || fdatasync(file) != 0)
            return 2;
        if (pwrite(ack, &n, sizeof n, 0) != sizeof n)
            return 2;
    }
}

static int
check_records(const char *path, const char *acks)
{
    uint64_t record[RECORD / sizeof(uint64_t)], found[RECORD / sizeof(uint64_t)], last = 0;
    int file = open(path, O_RDONLY), ack = open(acks, O_RDONLY);
    uint64_t lost = 0;

    if (ack < 0 || pread(ack, &last, sizeof last, 0) != sizeof last)
        return 2;
    for (uint64_t n = 1; n <= last; n++) {
        fill(n, record);
        if (pread(file, found, RECORD, (off_t)((n - 1) * RECORD)) != RECORD
            || memcmp(record, found, RECORD) != 0)
            lost++;
    }
    printf("# control: %llu acknowledged, %llu lost\n", (unsigned long long)last,
           (unsigned long long)lost);
    return lost > 0;
}

static int
cut(const char *mount)
{
    uint32_t no_flush = 2; /* as a power cut: the journal is not written out first */
    int fd = open(mount, O_RDONLY);

    return fd < 0 || ioctl(fd, _IOR('X', 125, uint32_t), &no_flush) != 0 ? 2 : 0;
}

static int
task_is_stopped(const char *tasks, const char *task)
{
    char path[600], text[4096] = "";
    size_t n = 0;

    snprintf(path, sizeof path, "%s/%s/status", tasks, task);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 1; /* ended meanwhile */
    n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    return strstr(text, "State:\tT") != NULL;
}

static int
wait_still(const char *pid)
{
    char tasks[64];

    snprintf(tasks, sizeof tasks, "/proc/%s/task", pid);
    for (int moving = 1; moving;) {
        DIR *dir = opendir(tasks);
        struct dirent *entry;
        if (dir == NULL)
            return 2;
        moving = 0;
        while ((entry = readdir(dir)) != NULL)
            if (entry->d_name[0] != '.' && !task_is_stopped(tasks, entry->d_name))
                moving = 1;
        closedir(dir);
        usleep(1000);
    }
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "write") == 0)
        return write_records(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "check") == 0)
        return check_records(argv[2], argv[3]);
    if (argc == 3 && strcmp(argv[1], "cut") == 0)
        return cut(argv[2]);
    if (argc == 3 && strcmp(argv[1], "still") == 0)
        return wait_still(argv[2]);
    return 2;
}

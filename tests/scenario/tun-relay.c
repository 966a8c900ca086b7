/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/scenario/tun-relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAR        "10.77.0.2"
#define MASK       "255.255.255.252"
#define PACKET     2048
#define CONNECTED  16
#define BUFFER     16384
#define TICK_MS    20
#define OWN_STATES 2 /* near to far, far to near */

struct TunRelay {
    pid_t pid;
    unsigned port;
    int near; /* the device's own descriptor */
    TunRelayFigures *figures;
};

typedef struct {
    int64_t due_us;
    size_t size;
    uint8_t data[PACKET];
} Packet;

/* One way. */
typedef struct {
    int from, to;
    GQueue waiting; /* Packet */
    size_t queued;
    int64_t free_us;
} Way;

typedef struct {
    int near, far; /* sockets; -1: none */
    bool connecting;
    uint8_t data[2][BUFFER];
    size_t size[2];
} Pair;

typedef struct {
    TunRelayLine line;
    TunRelayFigures *figures;
    Way way[OWN_STATES];
    Pair pair[CONNECTED];
    int listener;
    unsigned port;
    GRand *random;
} Child;

/* ---- devices ---- */

static int64_t
now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

static bool
set_address(int fd, struct ifreq *request, unsigned long what, const char *address)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&request->ifr_addr;

    *in = (struct sockaddr_in){.sin_family = AF_INET};
    inet_pton(AF_INET, address, &in->sin_addr);
    return ioctl(fd, what, request) == 0;
}

static bool
bring_up(const char *name, const char *address)
{
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool good = fd >= 0;

    g_strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    if (address != NULL)
        good = good && set_address(fd, &request, SIOCSIFADDR, address)
               && set_address(fd, &request, SIOCSIFNETMASK, MASK);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    good = good && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

/* A TUN device of the namespace that this thread is in, up, with this address; -1: none. */
static int
open_device(const char *name, const char *address)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

    g_strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    if (fd < 0)
        return -1;
    if (ioctl(fd, TUNSETIFF, &request) == 0 && bring_up(name, address))
        return fd;
    close(fd);
    return -1;
}

static void
write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        (void)!write(fd, text, strlen(text));
        close(fd);
    }
}

const char *
tun_relay_enter(void)
{
    uid_t uid = getuid();
    gid_t gid = getgid();

    if (unshare(CLONE_NEWNET) != 0) {
        g_autofree char *users = g_strdup_printf("0 %u 1", uid);
        g_autofree char *groups = g_strdup_printf("0 %u 1", gid);
        if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
            return "a network namespace is not allowed here";
        write_text("/proc/self/setgroups", "deny");
        write_text("/proc/self/uid_map", users);
        write_text("/proc/self/gid_map", groups);
    }
    return bring_up("lo", NULL) ? NULL : "the loopback of a network namespace does not come up";
}

/* ---- the line ---- */

static void
take_packets(Child *self, Way *way)
{
    uint8_t data[PACKET];
    ssize_t size = 0;

    while ((size = read(way->from, data, sizeof data)) > 0) {
        self->figures->packets++;
        self->figures->bytes += (uint64_t)size;
        if (way->queued + (size_t)size > self->line.queue) {
            self->figures->dropped++;
            continue;
        }
        Packet *packet = g_new(Packet, 1);
        int64_t start_us = MAX(now_us(), way->free_us);
        way->free_us = start_us + (int64_t)size * G_USEC_PER_SEC / self->line.bytes_s;
        packet->due_us = way->free_us + (int64_t)self->line.delay_ms * 1000;
        packet->size = (size_t)size;
        memcpy(packet->data, data, (size_t)size);
        way->queued += (size_t)size;
        g_queue_push_tail(&way->waiting, packet);
    }
}

static void
give_packets(Child *self, Way *way)
{
    for (Packet *packet; (packet = g_queue_peek_head(&way->waiting)) != NULL;) {
        if (packet->due_us > now_us())
            return;
        if (g_rand_int_range(self->random, 0, 1000) < (int)self->line.lost_of_1k)
            self->figures->lost++;
        else
            (void)!write(way->to, packet->data, packet->size);
        way->queued -= packet->size;
        g_free(g_queue_pop_head(&way->waiting));
    }
}

/* ---- what connects ---- */

static void
end_pair(Pair *pair)
{
    close(pair->near);
    close(pair->far);
    *pair = (Pair){.near = -1, .far = -1};
}

static void
accept_one(Child *self)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)self->port)};
    int one = 1;
    int near = accept4(self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    Pair *pair = NULL;

    for (int i = 0; i < CONNECTED && pair == NULL; i++)
        if (self->pair[i].near < 0)
            pair = &self->pair[i];
    if (near < 0 || pair == NULL) {
        if (near >= 0)
            close(near);
        return;
    }
    inet_pton(AF_INET, TUN_RELAY_PORTAL, &to.sin_addr);
    pair->near = near;
    pair->far = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(pair->far, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(pair->near, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    pair->connecting = true;
    if (connect(pair->far, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)
        end_pair(pair);
}

/* From one socket to the other, as far as both let it; false: it is over. */
static bool
move(int from, int to, uint8_t *data, size_t *size)
{
    if (*size < BUFFER) {
        ssize_t n = read(from, data + *size, BUFFER - *size);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return false;
        *size += n > 0 ? (size_t)n : 0;
    }
    if (*size > 0) {
        ssize_t n = send(to, data, *size, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return false;
        if (n > 0) {
            *size -= (size_t)n;
            memmove(data, data + n, *size);
        }
    }
    return true;
}

static void
move_pairs(Child *self)
{
    for (int i = 0; i < CONNECTED; i++) {
        Pair *pair = &self->pair[i];
        struct pollfd ready = {.fd = pair->far, .events = POLLOUT};
        if (pair->near < 0)
            continue;
        if (pair->connecting) {
            if (poll(&ready, 1, 0) <= 0)
                continue;
            pair->connecting = false;
        }
        if (!move(pair->near, pair->far, pair->data[0], &pair->size[0])
            || !move(pair->far, pair->near, pair->data[1], &pair->size[1]))
            end_pair(pair);
    }
}

static nfds_t
watch_all(Child *self, struct pollfd *fds)
{
    nfds_t n = 0;

    fds[n++] = (struct pollfd){.fd = self->listener, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = self->way[0].from, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = self->way[1].from, .events = POLLIN};
    for (int i = 0; i < CONNECTED; i++) {
        const Pair *pair = &self->pair[i];
        if (pair->near < 0)
            continue;
        /* A full buffer is looked at again with the tick. */
        if (pair->size[0] < BUFFER)
            fds[n++] = (struct pollfd){.fd = pair->near, .events = POLLIN};
        fds[n++] = (struct pollfd){.fd = pair->far, .events = pair->connecting ? POLLOUT : POLLIN};
    }
    return n;
}

static int
wait_ms(const Child *self)
{
    int64_t least_us = (int64_t)TICK_MS * 1000;

    for (int i = 0; i < OWN_STATES; i++) {
        const Packet *packet = g_queue_peek_head((GQueue *)&self->way[i].waiting);
        if (packet != NULL)
            least_us = MIN(least_us, MAX(packet->due_us - now_us(), 0));
    }
    return (int)((least_us + 999) / 1000);
}

static _Noreturn void
serve(Child *self)
{
    struct pollfd fds[3 + 2 * CONNECTED];

    for (;;) {
        nfds_t n = watch_all(self, fds);
        poll(fds, n, wait_ms(self));
        if ((fds[0].revents & POLLIN) != 0)
            accept_one(self);
        move_pairs(self);
        for (int i = 0; i < OWN_STATES; i++) {
            take_packets(self, &self->way[i]);
            give_packets(self, &self->way[i]);
        }
    }
}

/* ---- begin and end ---- */

static _Noreturn void
run_child(TunRelay *relay, const TunRelayLine *line, int listener, unsigned port, int tell)
{
    Child *self = g_new0(Child, 1);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    self->line = *line;
    self->figures = relay->figures;
    self->listener = listener;
    self->port = port;
    self->random = g_rand_new_with_seed((guint32)line->seed);
    for (int i = 0; i < CONNECTED; i++)
        self->pair[i].near = self->pair[i].far = -1;
    int far = unshare(CLONE_NEWNET) == 0 && bring_up("lo", NULL) ? open_device("far", FAR) : -1;
    (void)!write(tell, far >= 0 ? "y" : "n", 1);
    if (far < 0)
        _exit(1);
    self->way[0] = (Way){.from = relay->near, .to = far};
    self->way[1] = (Way){.from = far, .to = relay->near};
    g_queue_init(&self->way[0].waiting);
    g_queue_init(&self->way[1].waiting);
    serve(self);
}

static int
listen_here(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(listen(fd, CONNECTED), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &size), ==, 0);
    *port = ntohs(address.sin_port);
    return fd;
}

TunRelay *
tun_relay_new(const TunRelayLine *line, unsigned port, const char **why)
{
    TunRelay *self = g_new0(TunRelay, 1);
    int tell[2] = {-1, -1};
    char said = 'n';

    self->near = open_device("near", TUN_RELAY_PORTAL);
    if (self->near < 0) {
        *why = "a TUN device is not allowed here";
        g_free(self);
        return NULL;
    }
    self->figures = mmap(NULL, sizeof *self->figures, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert_true(self->figures != MAP_FAILED);
    int listener = listen_here(&self->port);
    g_assert_cmpint(pipe2(tell, O_CLOEXEC), ==, 0);
    self->pid = fork();
    g_assert_cmpint(self->pid, >=, 0);
    if (self->pid == 0)
        run_child(self, line, listener, port, tell[1]);
    close(listener);
    close(tell[1]);
    (void)!read(tell[0], &said, 1);
    close(tell[0]);
    if (said == 'y')
        return self;
    *why = "a second network namespace is not allowed here";
    tun_relay_free(self);
    return NULL;
}

void
tun_relay_free(TunRelay *self)
{
    if (self == NULL)
        return;
    kill(self->pid, SIGKILL);
    waitpid(self->pid, NULL, 0);
    close(self->near);
    munmap(self->figures, sizeof *self->figures);
    g_free(self);
}

unsigned
tun_relay_port(const TunRelay *self)
{
    return self->port;
}

void
tun_relay_figures(const TunRelay *self, TunRelayFigures *out)
{
    *out = *self->figures;
}

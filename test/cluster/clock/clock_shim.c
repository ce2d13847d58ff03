/* Loaded into a process, it moves the wall clock by the seconds that the file CLUSTER_CLOCK holds, as text; the file is read again
   after each second, so that the clock can be stepped. Clocks that measure durations are left alone. Waits until a time of the wall
   clock, which gRPC's timers do by futex(2), are moved back, because the kernel's clock is not moved. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static atomic_long offset;
static atomic_long read_at = -1000;

typedef long system_call(long, ...);

static system_call *direct_call(void) {
  static _Atomic(system_call *) found;
  system_call *call = atomic_load(&found);
  if (!call) atomic_store(&found, call = (system_call *)dlsym(RTLD_NEXT, "syscall"));
  return call;
}
#define direct(...) direct_call()(__VA_ARGS__)

static long moved_by(void) {
  struct timespec now;
  direct(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  if (now.tv_sec <= atomic_load(&read_at)) return atomic_load(&offset);
  atomic_store(&read_at, now.tv_sec);
  const char *path = getenv("CLUSTER_CLOCK");
  const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return atomic_load(&offset);
  char text[24] = {0};
  if (read(file, text, sizeof text - 1) > 0) atomic_store(&offset, strtol(text, NULL, 10));
  close(file);
  return atomic_load(&offset);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  const long result = direct(SYS_clock_gettime, clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += moved_by();
  return (int)result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  const long result = direct(SYS_gettimeofday, time, zone);
  if (result == 0) time->tv_sec += moved_by();
  return (int)result;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}

long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long with[6];
  for (int i = 0; i < 6; ++i) with[i] = va_arg(list, long);
  va_end(list);
  struct timespec until;
  if (number == SYS_futex && (with[1] & FUTEX_CLOCK_REALTIME) && (with[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET && with[3]) {
    until = *(const struct timespec *)with[3];
    until.tv_sec -= moved_by();
    if (until.tv_sec < 0) until.tv_sec = 0;
    with[3] = (long)&until;
  }
  return direct(number, with[0], with[1], with[2], with[3], with[4], with[5]);
}

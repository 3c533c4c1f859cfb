// Runs a program and tells what it cost, by the kernel's own accounts (wait4(2)): they miss no peak, however
// short. Usage: cost PROGRAM [ARGUMENT...]; writes to descriptor 3 a line with the program's process id as
// soon as there is one, and at its end a line of JSON: wall seconds, seconds of processor time, peak resident
// KiB, and how it ended.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kReport = 3, kNotStarted = 127 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) {
  return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  fcntl(kReport, F_SETFD, FD_CLOEXEC);
  const double start = now();
  const pid_t child = fork();
  if (child < 0) return kNotStarted;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(argv[1], argv + 1);
    fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
    _exit(kNotStarted);
  }
  dprintf(kReport, "%d\n", (int)child);
  int status;
  struct rusage usage;
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) return kNotStarted;
  }
  dprintf(kReport,
          "{\"seconds\": %.6f, \"cpuSeconds\": %.6f, \"peakKiB\": %ld, \"status\": %d, \"signal\": %d}\n",
          now() - start, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  return 0;
}

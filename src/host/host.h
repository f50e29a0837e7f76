/* host.h: the program around the scripts: command line in, exit code out. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

enum {
    EXIT_DONE = 0,
    EXIT_USAGE = 2, /* usage, settings or script error */
    EXIT_BUG = 70,
    EXIT_SIGNAL = 128 /* plus the signal's number */
};

int host_main(int argc, char **argv);

#endif

/* What an exchange is made of; for the scripted server alone. */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include "scripted_server.h"

enum step_kind { SAY, PAUSE, GO, AWAIT_CLOSE, HANG_UP, SLAM_DOWN };

struct step {
    enum step_kind kind;
    char *bytes;
    size_t len, piece;
    int milliseconds;
};

struct exchange {
    struct step *steps;
    int count, capacity;
};

void exchange_free(struct exchange *x);

#endif

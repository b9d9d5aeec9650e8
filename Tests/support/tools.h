/* The tools of Tests/runs/cases.json, and answers of a server that calls them. */
#ifndef TEST_TOOLS_H
#define TEST_TOOLS_H

#include "test.h"
#include <jansson.h>

/* The functions that were called, in their order. */
struct called {
    int count;
    char names[32][40];
};

/* One of the tools by its name, added to the set. */
void add_tool(responses_tools *tools, const char *name, struct called *called);

/* Answers the next request with a stream: response.created, an event for each output item, and the
   event of the response's end. */
void answer_run(struct exchange *x, const json_t *response);
/* The same with a response that has this output, and the id "resp_<number>". */
void answer_output(struct exchange *x, int number, const char *output);

/* An item of the output: a call of a function with the call_id "call_<number>", and a message. */
#define WEATHER(number, city)                                                                      \
    "{\"type\":\"function_call\",\"id\":\"fc_" #number "\",\"call_id\":\"call_" #number            \
    "\",\"name\":\"get_weather\",\"arguments\":\"{\\\"city\\\":\\\"" city                          \
    "\\\"}\",\"status\":\"completed\"}"
#define TAKE_A_COAT                                                                                \
    "{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"status\":\"completed\","      \
    "\"content\":[{\"type\":\"output_text\",\"text\":\"Take a coat.\",\"annotations\":[]}]}"

#endif

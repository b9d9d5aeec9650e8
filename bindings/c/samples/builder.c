/* Builds a request and prints it. */
#include <responses_request.h>
#include <stdio.h>

int main(void)
{
    responses_request *request;

    if (responses_request_new(&request) != RESPONSES_OK)
        return 1;
    responses_request_set_string(request, "model", "gpt-5", RESPONSES_NTS);
    responses_request_add_message(request, "user", "Say \"hello\".", RESPONSES_NTS);
    printf("%s\n", responses_request_json(request, NULL));
    responses_request_free(request);
    return 0;
}

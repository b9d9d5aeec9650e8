/* A program that has its JSON as trees of jansson. */
#include <responses_jansson.h>
#include <stdio.h>

int main(void)
{
    responses_error *error = NULL;
    /* There is no client yet, which is said before anything is sent. */
    int status = responses_jansson_create_new(
        NULL, json_pack("{s:s, s:s}", "model", "gpt-5", "input", "Hello"), NULL, &error);

    printf("%s: %s\n", responses_status_name(status),
           responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    responses_error_free(error);
    return status != RESPONSES_E_INVALID;
}

/* Says which library it runs with. */
#include <responses.h>
#include <stdio.h>

int main(void)
{
    responses_client *client;

    if (responses_client_new(&client, NULL) != RESPONSES_OK)
        return 1;
    printf("libresponses %s\n", responses_version());
    responses_client_free(client);
    return 0;
}

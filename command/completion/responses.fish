# fish completion for responses(1)

set -l commands create get wait cancel delete items tokens compact api batch help
set -l request create tokens compact
set -l none "not __fish_seen_subcommand_from $commands"

complete -c responses -f
complete -c responses -n $none -a create -d 'ask the model, and print its answer while it arrives'
complete -c responses -n $none -a get -d 'print a response that exists'
complete -c responses -n $none -a wait -d 'wait for a background response, and print it'
complete -c responses -n $none -a cancel -d 'stop a background response'
complete -c responses -n $none -a delete -d 'delete a response'
complete -c responses -n $none -a items -d 'print what went into a response'
complete -c responses -n $none -a tokens -d 'count the tokens of a request'
complete -c responses -n $none -a compact -d 'shorten a conversation'
complete -c responses -n $none -a api -d 'any other endpoint'
complete -c responses -n $none -a batch -d 'send many requests, and keep their answers'
complete -c responses -n $none -a help -d 'what a command does'
complete -c responses -n '__fish_seen_subcommand_from help' -a "$commands"

complete -c responses -l json -d 'the whole answer as JSON; errors and progress too'
complete -c responses -l quiet -d 'nothing on standard error but errors'
complete -c responses -s v -l verbose -d 'every attempt'
complete -c responses -l dry-run -d 'print the request, and do not send it'
complete -c responses -s H -l header -x -d 'a header for every request'
complete -c responses -l base-url -x -d 'the server'
complete -c responses -l key-file -r -F -d 'the key'
complete -c responses -l timeout -x -d 'how long it may take'
complete -c responses -l max-retries -x -d 'how often a request is sent again'
complete -c responses -s h -l help -d 'what the command does'
complete -c responses -l version -d 'the version'

set -l on "__fish_seen_subcommand_from"
complete -c responses -n "$on $request" -s m -l model -x -d 'the model'
complete -c responses -n "$on $request" -s i -l instructions -x -d 'what the model is told besides'
complete -c responses -n "$on $request" -s f -l file -r -F -d 'an image, a PDF or another file'
complete -c responses -n "$on $request api" -l body -r -F -d 'the request, as JSON'
complete -c responses -n "$on $request" -l previous -x -d 'the response that this one goes on from'
complete -c responses -n "$on $request get items api" -s p -l param -x -d 'any field'
complete -c responses -n "$on create tokens" -l schema -r -F -d 'a schema that the answer has to fit'
complete -c responses -n "$on create" -l background -d 'goes on when nobody is connected'
complete -c responses -n "$on create" -l no-stream -d 'all at once'
complete -c responses -n "$on create get" -l events -d 'every event, one line of JSON each'
complete -c responses -n "$on create get wait api batch" -s o -l output -r -F -d 'where files go'
complete -c responses -n "not $on batch" -s q -l get -x -d 'this value of the answer'
complete -c responses -n "$on get" -l stream -d 'the events of a background response'
complete -c responses -n "$on get" -l after -x -d 'only the events after this one'
complete -c responses -n "$on items" -l all -d 'all pages'
complete -c responses -n "$on api" -a 'GET POST PUT PATCH DELETE'
complete -c responses -n "$on batch" -F
complete -c responses -n "$on batch" -l check -d 'only look whether the input is right'
complete -c responses -n "$on batch" -s c -l concurrency -x -d 'requests at a time'
complete -c responses -n "$on batch" -l rpm -x -d 'requests a minute'
complete -c responses -n "$on batch" -l tpm -x -d 'tokens a minute'
complete -c responses -n "$on batch" -l limit -x -d 'send so many requests, then end'
complete -c responses -n "$on batch" -l max-failures -x -d 'end when so many have failed'
complete -c responses -n "$on batch" -l retry-failed -d 'send those again that were refused'
complete -c responses -n "$on batch" -l resend-changed -d 'send those again that have changed'
complete -c responses -n "$on batch" -l compact -d 'leave one line for each request'
complete -c responses -n "$on batch" -l ordered -d 'the same, in the order of the input'
complete -c responses -n "$on batch" -l fsync -d 'have each line on the disk before the next'

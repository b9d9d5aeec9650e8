# bash completion for responses(1)

_responses() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local commands="create get wait cancel delete items tokens compact api batch help"
    local shared="--json --quiet --verbose --dry-run --header --base-url --key-file --timeout
        --max-retries --help --version"
    local value="--get" request="--model --instructions --file --param --body --previous"
    local command="" i options
    COMPREPLY=()

    for ((i = 1; i < COMP_CWORD; i++)); do
        case " $commands " in
            *" ${COMP_WORDS[i]} "*)
                command=${COMP_WORDS[i]}
                break
                ;;
        esac
    done

    case $before in
        -f | --file | --schema | --body | -o | --output | --key-file)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        -m | --model)
            mapfile -t COMPREPLY < <(compgen -W "$RESPONSES_MODEL $OPENAI_MODEL" -- "$word")
            return
            ;;
        -i | --instructions | -p | --param | --previous | --after | -q | --get | -c | --concurrency | \
            --rpm | --tpm | --limit | --max-failures | -H | --header | --base-url | --timeout | \
            --max-retries)
            return
            ;;
    esac

    case $command in
        create) options="$request $value --schema --background --no-stream --output --events" ;;
        tokens) options="$request $value --schema" ;;
        compact) options="$request $value" ;;
        get) options="$value --stream --after --events --param --output" ;;
        wait) options="$value --output" ;;
        cancel | delete) options=$value ;;
        items) options="$value --all --param" ;;
        api) options="$value --body --param --output" ;;
        batch)
            options="--output --check --concurrency --rpm --tpm --limit --max-failures
                --retry-failed --resend-changed --compact --ordered --fsync"
            ;;
        help)
            mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
            return
            ;;
        *)
            mapfile -t COMPREPLY < <(compgen -W "$commands $shared" -- "$word")
            return
            ;;
    esac

    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options $shared" -- "$word")
    elif [[ $command == api && $before == api ]]; then
        mapfile -t COMPREPLY < <(compgen -W "GET POST PUT PATCH DELETE" -- "$word")
    elif [[ $word == @* ]]; then
        mapfile -t COMPREPLY < <(compgen -P @ -f -- "${word#@}")
    elif [[ $command == batch ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}

complete -o filenames -F _responses responses

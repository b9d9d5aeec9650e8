! 10-session.f90 - a function that the model may call, over one connection
!
! As 07-tools, but each round is a turn of a session: it sends what is new, with "previous_response_id", over
! a connection that is there already, and the answer is printed while it is written. Nothing is stored at the
! server ("store": false); the session's connection remembers the response before.
!
!     make && OPENAI_API_KEY=... ./10-session-fortran
!
! RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
module listener
  use, intrinsic :: iso_fortran_env, only: output_unit
  use responses
  use responses_text
  implicit none

contains

  function on_event(event, user_data) bind(c) result(stop_it)
    type(c_ptr), value :: event, user_data
    integer(c_int) :: stop_it

    select case (responses_event_kind(event))
    case (RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
      write (output_unit, '(a)', advance='no') text_of(responses_event_text(event))
      flush (output_unit)
    case (RESPONSES_EVENT_OUTPUT_TEXT_DONE)
      write (output_unit, '(a)') ''
    end select
    stop_it = merge(1, 0, c_associated(user_data)) ! which it is not: go on
  end function
end module

program turns_of_a_session
  use, intrinsic :: iso_fortran_env, only: error_unit
  use listener
  implicit none

  character(len=*), parameter :: parameters = '{"type": "object", "properties": {"city": '// &
      '{"type": "string", "enum": ["Paris", "Rome"]}}, "required": ["city"], '// &
      '"additionalProperties": false}'
  type(c_ptr) :: client, session = c_null_ptr, request, response = c_null_ptr, error
  character(len=100) :: model
  integer(c_int) :: status
  integer :: missing, turns, calls = 1

  call get_environment_variable('RESPONSES_MODEL', model, status=missing)
  if (missing /= 0) model = 'gpt-5'

  status = responses_request_new(request)
  call request_set(request, 'model', trim(model))
  call request_set(request, 'store', .false.)
  call request_add_function_tool(request, 'get_weather', 'The weather of a city today.', parameters)
  call request_add_message(request, 'user', 'How is the weather in Paris and in Rome?')

  status = responses_client_new(client, error)
  if (status == RESPONSES_OK) status = responses_session_open(client, session, error)
  turns = 0
  do while (status == RESPONSES_OK .and. calls > 0 .and. turns < 5)
    status = take_turn()
    if (status == RESPONSES_OK) calls = answer_calls()
    turns = turns + 1
  end do

  if (status /= RESPONSES_OK) then
    call show_error(status, error, request)
  else if (calls > 0) then
    write (error_unit, '(a)') 'after 5 turns the model still calls functions'
  else
    print '(3a,i0,a,i0,a)', '[', text_of(responses_response_status(response)), ', turns: ', turns, &
        ', connections: ', responses_session_connections(session), ']'
  end if

  call responses_response_free(response)
  call responses_error_free(error)
  call responses_request_free(request)
  call responses_session_free(session)
  call responses_client_free(client)
  if (status /= RESPONSES_OK .or. calls > 0) stop 1

contains

  ! Sends the request as a turn.
  function take_turn() result(status)
    integer(c_int) :: status
    integer(c_size_t) :: length
    type(c_ptr) :: json

    status = responses_request_status(request)
    if (status /= RESPONSES_OK) return
    call responses_response_free(response)
    json = responses_request_json(request, length)
    status = responses_session_create_stream(session, text_of(json, length), length, &
        c_funloc(on_event), c_null_ptr, response, error)
  end function

  ! The function. A model writes its arguments, so they need not be what they should.
  function get_weather(arguments) result(output)
    character(len=*), intent(in) :: arguments
    character(len=:), allocatable :: output, city

    city = json_value_at(arguments, '/city')
    if (city == '') then
      output = 'error: no JSON with a city'
      return
    end if
    print '(2a)', 'get_weather: ', city
    output = '21 degrees in '//city
  end function

  ! Makes the calls of the response, and makes what they came to the input of the next turn; how many there
  ! were.
  function answer_calls() result(calls)
    integer :: calls
    integer(c_int) :: item, items, sticks
    character(len=:), allocatable :: output

    call request_set(request, 'previous_response_id', text_of(responses_response_id(response)))
    sticks = responses_request_remove(request, c_text('input'))
    if (responses_read_count(response, c_text('/output'), items) /= RESPONSES_OK) items = 0
    calls = 0
    do item = 0, items - 1
      if (field(item, 'type') /= 'function_call') cycle
      if (field(item, 'name') == 'get_weather') then
        output = get_weather(field(item, 'arguments'))
      else
        output = 'error: no such function'
      end if
      call request_add_function_output(request, field(item, 'call_id'), output)
      calls = calls + 1
    end do
  end function

  ! A field of an item of the output.
  function field(item, name) result(text)
    integer(c_int), intent(in) :: item
    character(len=*), intent(in) :: name
    character(len=:), allocatable :: text
    character(len=40) :: place

    write (place, '(a,i0,2a)') '/output/', item, '/', name
    text = value_at(response, place)
  end function
end program

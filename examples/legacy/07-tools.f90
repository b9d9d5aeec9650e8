! 07-tools.f90 - a function that the model may call
!
! The model answers with calls of the function in place of a text. Each is made here, what it came to goes
! back with "previous_response_id", and this again and again until there is a text.
!
!     make && OPENAI_API_KEY=... ./07-tools-fortran
!
! RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
program tools
  use, intrinsic :: iso_fortran_env, only: error_unit
  use responses
  use responses_text
  implicit none

  character(len=*), parameter :: parameters = '{"type": "object", "properties": {"city": '// &
      '{"type": "string", "enum": ["Paris", "Rome"]}}, "required": ["city"], '// &
      '"additionalProperties": false}'
  type(c_ptr) :: client, request, response = c_null_ptr, error
  character(len=100) :: model
  integer(c_int) :: status
  integer :: missing, rounds, calls = 1, called = 0

  call get_environment_variable('RESPONSES_MODEL', model, status=missing)
  if (missing /= 0) model = 'gpt-5'

  status = responses_request_new(request)
  call request_set(request, 'model', trim(model))
  call request_add_function_tool(request, 'get_weather', 'The weather of a city today.', parameters)
  call request_add_message(request, 'user', 'How is the weather in Paris and in Rome?')

  status = responses_client_new(client, error)
  do rounds = 1, 5
    if (status /= RESPONSES_OK .or. calls == 0) exit
    call responses_response_free(response)
    status = responses_request_create(request, client, response, error)
    if (status == RESPONSES_OK) calls = answer_calls()
  end do

  if (status /= RESPONSES_OK) then
    call show_error(status, error, request)
  else if (calls > 0) then
    write (error_unit, '(a)') 'after 5 rounds the model still calls functions'
  else
    print '(a)', text_of(responses_response_text(response))
    print '(3a,i0,a)', '[', text_of(responses_response_status(response)), &
        ', get_weather was called ', called, ' times]'
  end if

  call responses_response_free(response)
  call responses_error_free(error)
  call responses_request_free(request)
  call responses_client_free(client)
  if (status /= RESPONSES_OK .or. calls > 0) stop 1

contains

  ! The function. A model writes its arguments, so they need not be what they should.
  function get_weather(arguments) result(output)
    character(len=*), intent(in) :: arguments
    character(len=:), allocatable :: output, city

    city = json_value_at(arguments, '/city')
    if (city == '') then
      output = 'error: no JSON with a city'
      return
    end if
    called = called + 1
    print '(2a)', 'get_weather: ', city
    output = '21 degrees in '//city
  end function

  ! Makes the calls of the response and puts what they came to into the request; how many there were.
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

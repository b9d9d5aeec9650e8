! 02-stream.f90 - print an answer while it is written
!
! Every event goes to a function of this program, on this thread, before the call returns.
!
!     make && OPENAI_API_KEY=... ./02-stream-fortran
!
! RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
module listener
  use, intrinsic :: iso_fortran_env, only: output_unit
  use responses
  use responses_text
  implicit none

  integer :: events = 0

contains

  function on_event(event, user_data) bind(c) result(stop_it)
    type(c_ptr), value :: event, user_data
    integer(c_int) :: stop_it

    events = events + 1
    select case (responses_event_kind(event))
    case (RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
      write (output_unit, '(a)', advance='no') text_of(responses_event_text(event))
      flush (output_unit)
    case (RESPONSES_EVENT_OUTPUT_TEXT_DONE)
      write (output_unit, '(a)') ''
    end select
    stop_it = 0 ! anything else would stop the stream
    if (c_associated(user_data)) stop_it = 1
  end function
end module

program stream
  use listener
  implicit none

  type(c_ptr) :: client, request, response, error
  character(len=100) :: model
  integer(c_int) :: status, ignored
  integer :: missing

  call get_environment_variable('RESPONSES_MODEL', model, status=missing)
  if (missing /= 0) model = 'gpt-5'
  error = c_null_ptr
  response = c_null_ptr

  ignored = responses_request_new(request)
  ignored = responses_request_set_string(request, 'model'//c_null_char, c_text(model), RESPONSES_NTS)
  ignored = responses_request_add_message(request, 'user'//c_null_char, &
      c_text('Tell me a story in three sentences.'), RESPONSES_NTS)

  status = responses_client_new(client, error)
  if (status == RESPONSES_OK) status = responses_request_create_stream(request, client, &
      c_funloc(on_event), c_null_ptr, response, error)

  if (status == RESPONSES_OK) then
    print '(5a,i0,a)', '[', text_of(responses_response_id(response)), ' is ', &
        text_of(responses_response_status(response)), ' after ', events, ' events]'
  else
    print '(4a)', text_of(responses_status_name(status)), ': ', &
        text_of(responses_error_field(error, RESPONSES_ERROR_MESSAGE)), &
        text_of(responses_request_problem(request))
  end if

  call responses_response_free(response)
  call responses_error_free(error)
  call responses_request_free(request)
  call responses_client_free(client)
  if (status /= RESPONSES_OK) stop 1
end program

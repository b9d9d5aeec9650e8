! 02-stream.f90 - print an answer while it is written
!
! The callback way: every event goes to a function of this program, on this thread, before the call
! returns. RESPONSES_OK means that the answer came to its end; a stream that breaks off never does.
!
!     make && OPENAI_API_KEY=... ./02-stream-fortran
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
    integer, pointer :: events

    call c_f_pointer(user_data, events)
    events = events + 1
    select case (responses_event_kind(event))
    case (RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
      write (output_unit, '(a)', advance='no') text_of(responses_event_text(event))
      flush (output_unit)
    case (RESPONSES_EVENT_OUTPUT_TEXT_DONE)
      write (output_unit, '(a)') ''
    end select
    stop_it = 0 ! anything else would stop the stream
  end function
end module

program stream
  use listener
  implicit none

  type(c_ptr) :: client, request = c_null_ptr, response = c_null_ptr, error
  character(len=100) :: model
  integer(c_int) :: status
  integer :: missing
  integer, target :: events = 0

  call get_environment_variable('RESPONSES_MODEL', model, status=missing)
  if (missing /= 0) model = 'gpt-5'

  status = responses_request_new(request)
  call request_set(request, 'model', trim(model))
  call request_add_message(request, 'user', 'Tell me a story in three sentences.')

  status = responses_client_new(client, error)
  if (status == RESPONSES_OK) status = responses_request_create_stream(request, client, &
      c_funloc(on_event), c_loc(events), response, error)

  if (status == RESPONSES_OK) then
    print '(5a,i0,a)', '[', text_of(responses_response_id(response)), ' is ', &
        text_of(responses_response_status(response)), ' after ', events, ' events]'
  else
    call show_error(status, error, request)
  end if

  ! After a failure the response, if there is one, is what had arrived.
  call responses_response_free(response)
  call responses_error_free(error)
  call responses_request_free(request)
  call responses_client_free(client)
  if (status /= RESPONSES_OK) stop 1
end program

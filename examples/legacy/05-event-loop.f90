! 05-event-loop.f90 - a stream beside other work, on one thread and without ever waiting for it
!
! The event-loop way: one descriptor stands for everything the library does. Here poll() of the system
! is the loop, and a clock is the other work.
!
!     make && OPENAI_API_KEY=... ./05-event-loop-fortran
!
! RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
program event_loop
  use, intrinsic :: iso_fortran_env, only: output_unit
  use responses
  use responses_text
  use posix_poll
  implicit none

  type(c_ptr) :: client, request, stream = c_null_ptr, ready, error
  type(pollfd) :: host(1)
  character(len=100) :: model
  integer(c_int) :: status
  integer :: missing, ticks

  call get_environment_variable('RESPONSES_MODEL', model, status=missing)
  if (missing /= 0) model = 'gpt-5'

  status = responses_request_new(request)
  call request_set(request, 'model', trim(model))
  call request_set(request, 'input', 'What is an event loop?')

  status = responses_client_new(client, error)
  if (status == RESPONSES_OK) status = &
      responses_request_create_stream_start(request, client, stream, error)
  if (status == RESPONSES_OK) status = RESPONSES_AGAIN

  ticks = 0
  host(1)%fd = responses_client_fd(client)
  if (status == RESPONSES_AGAIN .and. host(1)%fd < 0) status = host(1)%fd
  do while (status == RESPONSES_AGAIN)
    if (poll(host, 1_c_long, 10_c_int) == 0) then
      ticks = ticks + 1 ! the other work of this program
      cycle
    end if
    ! Only when the client is of no use any more do these two fail.
    status = responses_client_dispatch(client)
    if (status == RESPONSES_OK) status = responses_client_next_ready(client, ready)
    do while (status == RESPONSES_OK)
      status = read_events(ready)
      if (status == RESPONSES_AGAIN) status = responses_client_next_ready(client, ready)
    end do
  end do

  if (status == RESPONSES_DONE) then
    print '(/,3a,i0,a)', '[', text_of(responses_response_status(responses_call_response(stream))), &
        ', and the clock ticked ', ticks, ' times meanwhile]'
  else
    call show_error(status, error, request)
  end if

  call responses_error_free(error)
  call responses_call_free(stream)
  call responses_request_free(request)
  call responses_client_free(client)
  if (status /= RESPONSES_DONE) stop 1

contains

  ! Reads all there is to read now. RESPONSES_AGAIN as long as the call goes on.
  function read_events(stream) result(status)
    type(c_ptr), intent(in) :: stream
    integer(c_int) :: status
    type(c_ptr) :: event

    do
      status = responses_call_next(stream, event, error)
      if (status /= RESPONSES_OK) return
      if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA) &
          write (output_unit, '(a)', advance='no') text_of(responses_event_text(event))
      flush (output_unit)
    end do
  end function
end program

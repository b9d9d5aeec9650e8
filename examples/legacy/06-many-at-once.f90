! 06-many-at-once.f90 - 500 streams at the same time, on one thread
!
! The same event loop as 05-event-loop.f90: next_ready names the calls that have something to read, so
! that nobody has to look through all of them.
!
!     make && OPENAI_API_KEY=... ./06-many-at-once-fortran 20
!
! RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server; the argument is
! another number of streams.
program many_at_once
  use responses
  use responses_text
  use posix_poll
  implicit none

  type(c_ptr) :: client, request, stream, error
  type(pollfd) :: host(1)
  character(len=100) :: model
  character(len=40) :: text
  integer :: missing, streams, i, running, completed, events
  integer(c_int) :: status

  streams = 500
  call get_command_argument(1, text, status=missing)
  if (missing == 0) read (text, *) streams
  call get_environment_variable('RESPONSES_MODEL', model, status=missing)
  if (missing /= 0) model = 'gpt-5'

  status = responses_client_new(client, error)
  if (status /= RESPONSES_OK) call fail()
  status = responses_request_new(request)
  if (status /= RESPONSES_OK) call fail()
  call request_set(request, 'model', trim(model))
  running = 0
  completed = 0
  events = 0
  do i = 0, streams - 1
    ! One request serves for all: it is sent as it is at this moment.
    write (text, '(a,i0,a)') 'Who is number ', i, '?'
    call request_set(request, 'input', trim(text))
    status = responses_request_create_stream_start(request, client, stream, error)
    if (status /= RESPONSES_OK) call fail()
    running = running + 1
  end do
  print '(i0,a)', running, ' streams are under way'

  host(1)%fd = responses_client_fd(client)
  do while (running > 0)
    if (poll(host, 1_c_long, -1_c_int) < 0) cycle
    status = responses_client_dispatch(client)
    if (status == RESPONSES_OK) status = responses_client_next_ready(client, stream)
    do while (status == RESPONSES_OK)
      call read_call()
      status = responses_client_next_ready(client, stream)
    end do
    if (status /= RESPONSES_AGAIN) call fail() ! the client is of no use any more
  end do

  print '(i0,a,i0,a,i0,a)', completed, ' of ', streams, ' streams completed, with ', events, ' events'
  call responses_request_free(request)
  call responses_client_free(client)
  if (completed /= streams) stop 1

contains

  subroutine fail()
    call show_error(status, error)
    stop 1
  end subroutine

  ! Reads what a call has; frees it when it has come to its end.
  subroutine read_call()
    type(c_ptr) :: event
    integer(c_int) :: status

    do
      status = responses_call_next(stream, event, error)
      if (status /= RESPONSES_OK) exit
      events = events + 1
    end do
    if (status == RESPONSES_AGAIN) return
    if (status == RESPONSES_DONE) then
      completed = completed + 1
    else
      call show_error(status, error)
    end if
    running = running - 1
    call responses_error_free(error)
    call responses_call_free(stream)
  end subroutine
end program

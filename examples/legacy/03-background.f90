! 03-background.f90 - work that goes on at the server: wait for it, cancel it, look at it, delete it
!
!     make && OPENAI_API_KEY=... ./03-background-fortran
!
! RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
program background
  use, intrinsic :: iso_fortran_env, only: error_unit
  use responses
  use responses_text
  implicit none

  type(c_ptr) :: client, response, error
  character(len=:), allocatable :: id

  call check('client', responses_client_new(client, error))

  call start('Count to ten.')
  if (is_under_way()) then
    call responses_response_free(response)
    call check('wait', responses_wait(client, c_text(id), 120000_c_int, response, error))
  end if
  call print_line('answer', text_of(responses_response_text(response)))
  call show('ended', '/status')
  call responses_response_free(response)
  call delete()

  call start('Count to a million.')
  if (is_under_way()) then
    call responses_response_free(response)
    call check('cancel', responses_cancel(client, c_text(id), response, error))
    call show('cancelled', '/status')
  end if
  call responses_response_free(response)
  ! Parameters that are left out are NULL.
  call check('list', responses_list_input_items(client, c_text(id), n=RESPONSES_NTS, &
      out=response, err=error))
  ! The content of an item is a list of parts, or at some servers text.
  if (len(value_at(response, '/data/0/content/0/text')) > 0) then
    call show('its input', '/data/0/content/0/text')
  else
    call show('its input', '/data/0/content')
  end if
  call responses_response_free(response)
  call delete()

  call responses_client_free(client)

contains

  ! Starts a response in the background and keeps its id.
  subroutine start(input)
    character(len=*), intent(in) :: input
    character(len=100) :: model
    type(c_ptr) :: request
    integer :: missing

    call get_environment_variable('RESPONSES_MODEL', model, status=missing)
    if (missing /= 0) model = 'gpt-5'
    call check('request', responses_request_new(request))
    call request_set(request, 'model', trim(model))
    call request_set(request, 'background', .true.)
    call request_set(request, 'input', input)
    call check('create', responses_request_create(request, client, response, error))
    call responses_request_free(request)
    id = text_of(responses_response_id(response))
    call show('created', '/status')
  end subroutine

  ! Whether it goes on at the server: there are servers that ignore "background" and answer at once.
  function is_under_way()
    logical :: is_under_way
    character(len=:), allocatable :: status

    status = text_of(responses_response_status(response))
    is_under_way = status == 'queued' .or. status == 'in_progress'
  end function

  ! Deletes the response that was started last.
  subroutine delete()
    call check('delete', responses_delete(client, c_text(id), response, error))
    call show('deleted', '/deleted')
    call responses_response_free(response)
  end subroutine

  ! Prints one value of the answer.
  subroutine show(what, place)
    character(len=*), intent(in) :: what, place

    call print_line(what, value_at(response, place))
  end subroutine

  subroutine print_line(what, text)
    character(len=*), intent(in) :: what, text
    character(len=12) :: label

    label = what
    print '(a,1x,a)', label, text
  end subroutine

  ! Ends the program when an operation failed.
  subroutine check(what, status)
    character(len=*), intent(in) :: what
    integer(c_int), intent(in) :: status

    if (status == RESPONSES_OK) return
    write (error_unit, '(2a)', advance='no') what, ': '
    call show_error(status, error)
    stop 1
  end subroutine
end program

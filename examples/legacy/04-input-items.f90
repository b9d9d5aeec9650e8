! 04-input-items.f90 - page through what went into a response
!
! The server gives at most so many items at a time. "last_id" of one page is "after" of the next, or, where
! a server leaves it out, the id of the last item, until "has_more" is false.
!
!     make && OPENAI_API_KEY=... ./04-input-items-fortran
!
! RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
program input_items
  use, intrinsic :: iso_fortran_env, only: error_unit
  use responses
  use responses_text
  implicit none

  type(c_ptr) :: client, request, response, error
  character(len=:), allocatable :: id, last
  character(len=100) :: model
  character(len=20) :: message
  integer :: missing, i, pages, items, on_page

  call get_environment_variable('RESPONSES_MODEL', model, status=missing)
  if (missing /= 0) model = 'gpt-5'

  call check('client', responses_client_new(client, error))
  call check('request', responses_request_new(request))
  call request_set(request, 'model', trim(model))
  do i = 1, 7
    write (message, '(a,i0,a)') 'Number ', i, '.'
    call request_add_message(request, 'user', trim(message))
  end do
  call check('create', responses_request_create(request, client, response, error))
  id = text_of(responses_response_id(response))
  call responses_response_free(response)

  ! The parameters of a list are an object too, and made as a request is.
  call responses_request_clear(request)
  call request_set(request, 'limit', 3)
  call request_set(request, 'order', 'asc')
  pages = 0
  items = 0
  do
    call check('list', responses_list_input_items(client, c_text(id), &
        c_text(text_of(responses_request_json(request))), RESPONSES_NTS, response, error))
    pages = pages + 1
    print '(a,i0)', 'page ', pages
    on_page = print_page()
    items = items + on_page
    if (value_at(response, '/has_more') /= 'true') exit
    last = value_at(response, '/last_id')
    if (len(last) == 0) last = value_of(on_page - 1, '/id')
    if (len(last) == 0) then
      write (error_unit, '(a)') 'the page says that more follow, but not after what'
      stop 1
    end if
    call request_set(request, 'after', last)
    call responses_response_free(response)
  end do
  call responses_response_free(response)

  print '(a,i0,a,i0,a)', '[', items, ' items on ', pages, ' pages]'
  call responses_request_free(request)
  call responses_client_free(client)
  if (items /= 7) stop 1

contains

  ! Prints the items of a page; how many there were.
  function print_page() result(count)
    integer(c_int) :: count, item
    character(len=:), allocatable :: text

    call check('page', responses_read_count(response, c_text('/data'), count))
    do item = 0, count - 1
      ! The content of an item is a list of parts, or at some servers text; some kinds have none.
      text = value_of(item, '/content/0/text')
      if (len(text) == 0) text = value_of(item, '/content')
      if (len(text) == 0) text = value_of(item, '/type')
      print '(2x,a)', text
    end do
  end function

  ! The text of an item's value; '' when it has none.
  function value_of(item, name) result(text)
    integer, intent(in) :: item
    character(len=*), intent(in) :: name
    character(len=:), allocatable :: text
    character(len=60) :: place

    write (place, '(a,i0,a)') '/data/', item, name
    text = value_at(response, place)
  end function

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

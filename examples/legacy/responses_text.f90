! Text between Fortran and C, and with it requests and answers.
!
! Errors of a request stick: they come up when it is sent. So what builds one is a subroutine.
module responses_text
  use, intrinsic :: iso_c_binding
  use, intrinsic :: iso_fortran_env, only: error_unit
  use responses
  implicit none
  private
  public :: text_of, c_text, request_set, request_add_message, request_add_function_tool, &
      request_add_function_output, value_at, json_value_at, show_error

  ! call request_set(request, name, value) with a string, an integer, a real or a logical. A string goes
  ! in with the blanks at its end; trim() it where they are not meant.
  interface request_set
    module procedure set_string, set_integer, set_number, set_boolean
  end interface

  interface
    pure function strlen(text) bind(c, name='strlen')
      import
      type(c_ptr), value, intent(in) :: text
      integer(c_size_t) :: strlen
    end function
  end interface

contains

  ! What a function of the library gave, as a string of Fortran; '' of a null pointer. With a length
  ! it may have a NUL inside.
  function text_of(pointer, length) result(text)
    type(c_ptr), intent(in) :: pointer
    integer(c_size_t), intent(in), optional :: length
    character(len=:), allocatable :: text
    character(kind=c_char), pointer :: characters(:)
    integer(c_size_t) :: n, i

    n = 0
    if (c_associated(pointer)) then
      n = strlen(pointer)
      if (present(length)) n = length
    end if
    allocate (character(len=n) :: text)
    if (n == 0) return
    call c_f_pointer(pointer, characters, [n])
    do i = 1, n
      text(i:i) = characters(i)
    end do
  end function

  ! A string with the NUL at its end that C wants; blanks at its end are left out.
  pure function c_text(text) result(terminated)
    character(len=*), intent(in) :: text
    character(len=len_trim(text)+1) :: terminated

    terminated = trim(text)//c_null_char
  end function

  subroutine set_string(request, name, value)
    type(c_ptr), intent(in) :: request
    character(len=*), intent(in) :: name, value
    integer(c_int) :: sticks

    sticks = responses_request_set_string(request, c_text(name), value, len(value, c_size_t))
  end subroutine

  subroutine set_integer(request, name, value)
    type(c_ptr), intent(in) :: request
    character(len=*), intent(in) :: name
    integer, intent(in) :: value
    integer(c_int) :: sticks

    sticks = responses_request_set_integer(request, c_text(name), int(value, c_int64_t))
  end subroutine

  subroutine set_number(request, name, value)
    type(c_ptr), intent(in) :: request
    character(len=*), intent(in) :: name
    real(c_double), intent(in) :: value
    integer(c_int) :: sticks

    sticks = responses_request_set_number(request, c_text(name), value)
  end subroutine

  subroutine set_boolean(request, name, value)
    type(c_ptr), intent(in) :: request
    character(len=*), intent(in) :: name
    logical, intent(in) :: value
    integer(c_int) :: sticks

    sticks = responses_request_set_boolean(request, c_text(name), merge(1_c_int, 0_c_int, value))
  end subroutine

  subroutine request_add_message(request, role, text)
    type(c_ptr), intent(in) :: request
    character(len=*), intent(in) :: role, text
    integer(c_int) :: sticks

    sticks = responses_request_add_message(request, c_text(role), text, len(text, c_size_t))
  end subroutine

  ! A function that the model may call; parameters are the JSON schema of its arguments.
  subroutine request_add_function_tool(request, name, description, parameters)
    type(c_ptr), intent(in) :: request
    character(len=*), intent(in) :: name, description, parameters
    integer(c_int) :: sticks

    sticks = responses_request_add_function_tool(request, c_text(name), c_text(description), &
        c_text(parameters), 1_c_int)
  end subroutine

  ! What such a function came to, for a call that the model made.
  subroutine request_add_function_output(request, call_id, output)
    type(c_ptr), intent(in) :: request
    character(len=*), intent(in) :: call_id, output
    integer(c_int) :: sticks

    sticks = responses_request_add_function_output(request, c_text(call_id), output, &
        len(output, c_size_t))
  end subroutine

  ! The value of a response at a place in its JSON, '/usage/total_tokens' say: the text of a string, the
  ! JSON of anything else, and '' where there is nothing.
  function value_at(response, place) result(text)
    type(c_ptr), intent(in) :: response
    character(len=*), intent(in) :: place
    character(len=:), allocatable :: text
    type(c_ptr) :: value
    integer(c_size_t) :: length

    text = ''
    if (responses_response_get(response, c_text(place), value=value, len=length) == RESPONSES_OK) &
        text = text_of(value, length)
  end function

  ! The same for a text that is JSON, as the arguments of a function call are; '' when it is none, too.
  function json_value_at(json, place) result(text)
    character(len=*), intent(in) :: json, place
    character(len=:), allocatable :: text
    ! A text has no more characters than the JSON it is written in.
    character(len=len(json)+1) :: buffer
    integer(c_size_t) :: needed

    text = ''
    if (responses_json_read_string(json, len(json, c_size_t), c_text(place), buffer, &
        len(buffer, c_size_t), needed) == RESPONSES_OK) text = buffer(1:needed-1)
  end function

  ! Prints a status by its name, and what the error says about it or, where the request could not be
  ! sent, what was wrong with it.
  subroutine show_error(status, error, request)
    integer(c_int), intent(in) :: status
    type(c_ptr), intent(in) :: error
    type(c_ptr), intent(in), optional :: request
    character(len=:), allocatable :: text

    text = text_of(responses_error_field(error, RESPONSES_ERROR_MESSAGE))
    if (present(request) .and. len(text) == 0) text = text_of(responses_request_problem(request))
    write (error_unit, '(3a)') text_of(responses_status_name(status)), ': ', text
  end subroutine
end module

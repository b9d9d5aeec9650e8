! Text between Fortran and C.
module responses_text
  use, intrinsic :: iso_c_binding
  implicit none
  private
  public :: text_of, c_text

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
end module

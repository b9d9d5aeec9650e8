/* The same as plain.c, in C++. */
#include <responses.hpp>

#include <iostream>

int main()
{
    auto client = responses::client::try_new();
    if (!client || !responses::is_compatible())
        return 1;
    std::cout << "libresponses " << responses::version() << "\n";
}

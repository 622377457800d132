// The one place where the machine and its views meet: the executable `ringside`.
#include "ui/cli/commands.hpp"

int main(int argc, char** argv) {
    return ringside::cli::run_command_line(argc, argv);
}

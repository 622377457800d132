/* What the seed moved, for the kernel. */
#include "variant.h"

const unsigned long door_number = VARIANT_CALL;
const unsigned long door_limit = VARIANT_LIMIT;

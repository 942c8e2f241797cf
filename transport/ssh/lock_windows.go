package ssh

import "os"

// lock has nothing to do: an append is one there.
func lock(*os.File) {}

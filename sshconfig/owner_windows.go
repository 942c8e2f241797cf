package sshconfig

import "os"

// checkOwner has nothing to look at: files below a user's folder are that user's.
func checkOwner(*os.File) error { return nil }

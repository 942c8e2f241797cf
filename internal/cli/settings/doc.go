// Package settings gives flags that the command line leaves out the values that the
// user has set once and for all: in VTY_* variables of the environment, or in files
// named vty.yaml. It knows no flag by name; what may be set is what the verbs' flag
// sets have.
//
// The rank, from the highest: the command line; the environment; the file that
// $VTY_CONFIG names, or, where it names none, the vty.yaml of the project; vty.yaml in the
// vty folder of the user's configuration folder; the flag's default. A flag that was set here is not Changed: what a verb lets the
// command line alone decide, such as what wins over an inventory, settings do not
// decide.
//
// The vty.yaml of a project is the nearest one from the current folder upward, within
// the folders that the user's own file names as projects. None is read elsewhere: a
// setting may name programs to run (an inventory) and keys to believe, and a folder may
// be anyone's.
package settings

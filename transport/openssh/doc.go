// Package openssh reaches a device by the system's own ssh, run on a
// pseudo-terminal: for what only that program can do, such as GSSAPI, shared
// connections (ControlMaster) and keys in hardware. Everything else is better
// served by package ssh, which needs no program.
//
// The program reads its own configuration and checks host keys by its own files.
// It asks its questions through a helper (SSH_ASKPASS) that is made for the
// occasion in a folder that only the user can enter, and is answered through a
// pipe there: a secret is in no argument, no environment and no file, and is no
// answer to anything that is only shown on the terminal. Which process asks is
// known, so a jump host's question is told from the device's. Each secret is
// offered once; at a question that nothing answers ssh is ended, before it could
// make an attempt with an empty answer.
//
// What went wrong is read from ssh's own log, and becomes the errors of packages
// ssh and socket where the words tell as much.
//
// It takes OpenSSH 8.4 or later to be asked anything; an older one serves where
// nothing has to be asked. There are no pseudo-terminals on Windows here: Dial
// says so.
package openssh

package vty

import "github.com/vtynet/vty/textfsm"

// Parse makes records of the answer by the template that lib has for the device's
// platform and the command. Errors are those of textfsm.Library.Parse: there is no
// template (textfsm.ErrNoTemplate), it made no record (textfsm.ErrNoMatch), or it
// took a line for an error (textfsm.ErrState).
func (r *Result) Parse(lib *textfsm.Library) ([]textfsm.Record, error) {
	return lib.Parse(r.Platform, r.Command, r.Text())
}

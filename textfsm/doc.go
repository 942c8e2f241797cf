// Package textfsm turns the output of commands into records by TextFSM templates,
// as google/textfsm defines them, with that engine's answers. It also finds the
// template for a platform and a command in collections such as ntc-templates.
//
// It needs no device: a Template runs on any text.
//
//	tmpl, err := textfsm.ParseText("uptime", template)
//	...
//	for record, err := range tmpl.Run(os.Stdin) {
//
// It brings no templates of its own, and it does not clean its input of prompts
// or escape codes.
package textfsm

module github.com/vtynet/vty/bench

go 1.26.0

require (
	github.com/scrapli/scrapligo v1.4.3
	github.com/sirikothe/gotextfsm v1.2.0
	github.com/vtynet/vty v0.0.0
	golang.org/x/crypto v0.58.0
)

require (
	github.com/creack/pty v1.1.24 // indirect
	github.com/dlclark/regexp2/v2 v2.12.0 // indirect
	go.bug.st/serial v1.8.0 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace github.com/vtynet/vty => ../

module github.com/vtynet/vty/bench

go 1.26.0

require (
	github.com/vtynet/vty v0.0.0
	golang.org/x/crypto v0.58.0
)

require (
	go.yaml.in/yaml/v3 v3.0.6 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/vtynet/vty => ../

//go:build !windows

package exec_test

import (
	"context"
	"fmt"
	"io"

	"github.com/vtynet/vty/transport/exec"
)

func ExampleStart() {
	conn, err := exec.Start(context.Background(), []string{"echo", "r1 is a container"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = conn.Close() }()
	text, err := io.ReadAll(conn)
	fmt.Printf("%q %v\n", text, err)
	// Output: "r1 is a container\r\n" <nil>
}

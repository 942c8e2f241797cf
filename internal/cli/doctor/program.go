package doctor

import (
	"context"
	"strings"
	"time"

	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/exec"
)

// startProgram starts the program that reaches the host.
func (e *examination) startProgram(ctx context.Context) (transport.Conn, error) {
	started := time.Now()
	argv, err := e.target.Config.ProgramFor(e.target.Host.Name, e.target.Host.Port)
	var conn *exec.Conn
	if err == nil {
		conn, err = exec.Start(ctx, argv, &exec.Config{Size: e.target.Config.Size})
	}
	if err != nil {
		e.tell("program", failed, time.Since(started), "%s", firstLine(err.Error()))
		return nil, err
	}
	e.tell("program", well, time.Since(started), "%s runs", strings.Join(argv, " "))
	return conn, nil
}

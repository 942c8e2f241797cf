package doctor

import (
	"context"
	"time"

	"github.com/vtynet/vty/transport"
)

// pastHop logs in to the hop and types there what leads onward. What becomes of that
// is seen at the prompt.
func (e *examination) pastHop(ctx context.Context) (transport.Conn, error) {
	started := time.Now()
	conn, err := e.target.Config.Dial(ctx)
	if err != nil {
		e.tell("hop", failed, time.Since(started), "%s", firstLine(err.Error()))
		return nil, err
	}
	e.tell("hop", well, time.Since(started), "the command that leads onward is typed at %s", e.target.Hop)
	return conn, nil
}

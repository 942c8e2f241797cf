package shell

import (
	"context"

	"github.com/vtynet/vty/transport"
)

// followSize does nothing: a Windows console tells of its size only in input
// events, which are not read here.
func followSize(context.Context, int, func(transport.Size)) {}

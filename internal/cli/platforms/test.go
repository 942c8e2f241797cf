package platforms

import (
	"context"
	"fmt"

	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/internal/conformance"
)

// test drives a simulated device of each definition, made of it alone, through all
// that it promises.
func test(ctx context.Context, s *streams.Streams, names []string) error {
	status := exit.OK
	for _, name := range names {
		def, err := target.Definition(s, name)
		if err != nil {
			return err
		}
		for _, part := range conformance.Parts() {
			if why := part.Absent(def); why != "" {
				_, _ = fmt.Fprintf(s.Out, "%s: %s: nothing to try: %s\n", def.Name, part.Name, why)
				continue
			}
			if err := part.Run(ctx, def); err != nil {
				status = max(status, exit.Refused)
				_, _ = fmt.Fprintf(s.Out, "%s: %s: FAILED: %v\n", def.Name, part.Name, err)
				continue
			}
			_, _ = fmt.Fprintf(s.Out, "%s: %s: ok\n", def.Name, part.Name)
		}
	}
	return exit.Silently(status)
}

package shell

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/record"
	"github.com/vtynet/vty/transport"
)

// start has the session with t written to a new file. finish ends the recording,
// once the session is closed.
func start(ctx context.Context, t *target.Target, file string) (finish func() error, err error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	// What could be typed is known before it is: that it is a password is then
	// known as well.
	secrets := record.NewSecrets(typeable(ctx, t)...)
	transportName := t.Config.Transport
	if transportName == "" {
		transportName = vty.SSH
	}
	var rec *record.Recorder
	t.Config.Wrap = func(conn transport.Conn) transport.Conn {
		rec = record.Record(conn, f, &record.Options{Secrets: secrets, Header: record.Header{
			Platform: t.Platform(), Transport: string(transportName), Host: t.Label, Started: time.Now(),
		}})
		return rec
	}
	return func() error {
		err := f.Close()
		if rec != nil {
			err = errors.Join(rec.Err(), err)
		}
		return err
	}, nil
}

// typeable are the secrets that may be typed at a device.
func typeable(ctx context.Context, t *target.Target) (secrets []string) {
	for _, src := range []auth.Source{t.Config.Password, t.Config.Secrets["enable"]} {
		if secret, err := src.Secret(ctx); err == nil {
			secrets = append(secrets, secret.Reveal())
		}
	}
	return secrets
}

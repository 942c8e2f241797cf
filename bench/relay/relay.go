// Package relay is a long line: a TCP relay that delivers every byte a fixed
// time after it came, in both directions, however many are under way.
//
// The connection itself is made at once: TCP's own round trip is not delayed.
package relay

import (
	"net"
	"sync"
	"time"
)

// Serve relays each connection that l accepts to a TCP address, with half of
// roundTrip each way, until l is closed.
func Serve(l net.Listener, to string, roundTrip time.Duration) error {
	for {
		near, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer near.Close()
			far, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			defer far.Close()
			var both sync.WaitGroup
			both.Go(func() { carry(far, near, roundTrip/2) })
			both.Go(func() { carry(near, far, roundTrip/2) })
			both.Wait()
		}()
	}
}

// A parcel is what one read brought, and when it is due at the other end.
type parcel struct {
	data []byte
	due  time.Time
}

// underWay is how many parcels a line holds at most.
const underWay = 4096

func carry(to, from net.Conn, delay time.Duration) {
	line := make(chan parcel, underWay)
	go func() {
		defer close(line)
		for {
			buf := make([]byte, 32<<10)
			n, err := from.Read(buf)
			if n > 0 {
				line <- parcel{buf[:n], time.Now().Add(delay)}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range line {
		time.Sleep(time.Until(p.due))
		if _, err := to.Write(p.data); err != nil {
			break
		}
	}
	if half, ok := to.(*net.TCPConn); ok {
		time.Sleep(delay)
		_ = half.CloseWrite()
	}
	for range line { // lets the reader end
	}
}

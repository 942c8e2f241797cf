package netconf

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
)

const baseNS = "urn:ietf:params:xml:ns:netconf:base:1.0"

// Config is what a Device is like. The zero Config is a device with all of its
// capabilities and nothing configured.
type Config struct {
	// Running is the configuration at the start, and State what Get shows beside it:
	// elements.
	Running, State string
	// Lists tells list entries apart: the local name of an entry's element, and those
	// of its keys, with blanks between. They come in addition to some that are common,
	// such as {"interface": "name"}.
	Lists map[string]string
	// LeafLists are the local names of leaf-lists.
	LeafLists []string
	// Defaults are values of leaves that are not configured, for with-defaults:
	// {"/interfaces/interface/enabled": "true"}, without prefixes.
	Defaults map[string]string
	// Modules are what get-schema and the YANG library have.
	Modules []Module
	// Capabilities are announced in addition to the device's own, and those in Without
	// are left out, whose operations are refused then.
	Capabilities, Without []string
	// LogSize is how many events are kept for replay; 0 is 1000.
	LogSize int
	// ChunkSize cuts what is sent into chunks of at most so many bytes; 0 is 64 KiB.
	ChunkSize int
}

// Module is a YANG module.
type Module struct{ Name, Revision, Namespace, Text string }

// commonLists are lists that everybody has.
var commonLists = map[string]string{
	"interface": "name", "group": "name", "rule-list": "name", "rule": "name", "server": "name", "user": "name", "vlan": "id",
}

// capabilities are those of a device that has all.
var capabilities = []string{
	rpc.Base10, rpc.Base11, rpc.WritableRunningCap, rpc.CandidateCap, rpc.ConfirmedCommit10, rpc.ConfirmedCommit11,
	rpc.RollbackOnErrorCap, rpc.Validate10, rpc.Validate11, rpc.StartupCap, rpc.URLCap + "?scheme=file", rpc.XPathCap,
	rpc.NotificationCap, rpc.InterleaveCap, rpc.PartialLockCap,
	rpc.WithDefaultsCap + "?basic-mode=explicit&also-supported=report-all,report-all-tagged,trim",
	rpc.YANGLibrary10 + "?revision=2016-06-21&module-set-id=1", rpc.YANGLibrary11 + "?revision=2019-01-04&content-id=1",
	monitoringNS + "?module=ietf-netconf-monitoring&revision=2010-10-04",
	nmdaNS, subscribedNS, pushNS,
}

// Device is a simulated NETCONF server. Its methods may be called from any number of
// goroutines.
type Device struct {
	cfg    Config
	schema schema
	caps   rpc.Capabilities
	server netconftest.Server
	state  *node

	mu      sync.Mutex
	stores  map[rpc.Datastore]*node
	files   map[string]*node // by URL
	dirty   bool             // the candidate has changes
	locks   map[rpc.Datastore]uint32
	partial []partialLock
	pending *pendingCommit
	clients map[uint32]*client
	faults  []*Fault
	log     eventLog
	lastID  uint32 // of partial locks and subscriptions
	// afterwards is what the operation at hand sets off.
	afterwards []func()
}

// New makes a device; nil is the zero Config. It fails where Running or State are no
// XML.
func New(cfg *Config) (*Device, error) {
	d := &Device{
		locks: make(map[rpc.Datastore]uint32), clients: make(map[uint32]*client), files: make(map[string]*node),
	}
	if cfg != nil {
		d.cfg = *cfg
	}
	running, err := parse([]byte(d.cfg.Running))
	if err != nil {
		return nil, fmt.Errorf("sim/netconf: Config.Running: %w", err)
	}
	if d.state, err = parse([]byte(d.cfg.State)); err != nil {
		return nil, fmt.Errorf("sim/netconf: Config.State: %w", err)
	}
	d.schema = schema{lists: maps.Clone(commonLists), leafLists: append([]string{"user-name"}, d.cfg.LeafLists...)}
	maps.Copy(d.schema.lists, d.cfg.Lists)
	for _, c := range append(slices.Clone(capabilities), d.cfg.Capabilities...) {
		if !slices.ContainsFunc(d.cfg.Without, func(uri string) bool { return rpc.Capabilities{c}.Has(uri) }) {
			d.caps = append(d.caps, c)
		}
	}
	for _, m := range d.cfg.Modules {
		d.caps = append(d.caps, m.Namespace+"?module="+m.Name+"&revision="+m.Revision)
	}
	d.stores = map[rpc.Datastore]*node{rpc.Running: running, rpc.Candidate: running.clone(), rpc.Startup: running.clone()}
	d.log.init(d.cfg.LogSize)
	d.server = netconftest.Server{Capabilities: d.caps, Handler: (*handler)(d)}
	return d, nil
}

// Running is the running configuration.
func (d *Device) Running() string { return d.Store(rpc.Running) }

// Store is what a datastore holds: elements.
func (d *Device) Store(name rpc.Datastore) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := d.stores[name]; n != nil {
		return n.String()
	}
	return ""
}

// Locks are the locks that are held, and by which session.
func (d *Device) Locks() map[rpc.Datastore]uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.locks)
}

// Dirty tells that the candidate has changes that are neither committed nor
// discarded.
func (d *Device) Dirty() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dirty
}

// AwaitsConfirmation tells that a confirmed commit's timer runs.
func (d *Device) AwaitsConfirmation() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pending != nil
}

// Pipe returns a connection in memory that the device serves. It works within a
// testing/synctest bubble.
func (d *Device) Pipe() *memnet.Conn {
	near, far := memnet.Pipe()
	go func() { _ = d.Serve(context.Background(), far) }()
	return near
}

// Serve speaks with one client until it is gone or asks to close its session, or ctx
// ends, and closes conn. Its signature is that of a subsystem of sim.SSHConfig.
func (d *Device) Serve(ctx context.Context, conn io.ReadWriteCloser) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	return d.server.Serve(conn)
}

// HangUp breaks the connections of all clients.
func (d *Device) HangUp() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.clients {
		c.Close()
	}
}

// Restart is HangUp of a device that forgets what a restart makes it forget: running
// is what startup is, and the log of events is empty.
func (d *Device) Restart() {
	d.HangUp()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cancelPending()
	d.stores[rpc.Running] = d.stores[rpc.Startup].clone()
	d.discard()
	d.log.init(d.cfg.LogSize)
}

// has tells whether the device has a capability.
func (d *Device) has(uri string) bool { return d.caps.Has(uri) }

// now is the time to the microsecond, which is what devices write.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

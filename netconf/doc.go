// Package netconf is a NETCONF client: sessions with devices, over which the
// operations of package rpc go.
//
//	sess, err := netconf.Dial(ctx, "r1.example.net", &netconf.Config{User: "ops", Auth: methods, HostKeys: keys})
//	if err != nil {
//		return err
//	}
//	defer sess.Close()
//	reply, err := rpc.GetConfig{Filter: rpc.Subtree(`<interfaces xmlns="urn:..."/>`)}.Do(ctx, sess)
//
// A session runs over SSH (Dial, RFC 6242), over TLS (DialTLS, RFC 7589), or over
// any connection (New). Any number of goroutines may use one session: operations
// are told apart by their message-id and do not wait for each other, each obeys
// its own context, and notifications come in between.
//
// What a server sent can be had byte for byte, and what a caller gives as XML is
// sent byte for byte. Data models are no matter of this package: XML comes in and
// goes out.
package netconf

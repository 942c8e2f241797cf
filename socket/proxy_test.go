package socket

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const password = "s3cr3t/&:@?"

func TestParseProxy(t *testing.T) {
	for _, test := range []struct {
		url, want string // want empty for an error
		login     bool
	}{
		{url: "socks5://192.0.2.1:1081", want: "socks5://192.0.2.1:1081"},
		{url: "socks5://p.example.net", want: "socks5://p.example.net:1080"},
		{url: "socks5h://p.example.net", want: "socks5://p.example.net:1080"},
		{url: "http://p.example.net/", want: "http://p.example.net:80"},
		{url: "https://p.example.net", want: "https://p.example.net:443"},
		{url: "HTTP://p.example.net", want: "http://p.example.net:80"},
		{url: "http://[2001:db8::1]:3128", want: "http://[2001:db8::1]:3128"},
		{url: "socks5://[fe80::1%25eth0]", want: "socks5://[fe80::1%eth0]:1080"},
		{url: "http://ops:s3cr3t%2F%26%3A%40%3F@p.example.net", want: "http://p.example.net:80", login: true},
		{url: "http://ops@p.example.net", want: "http://p.example.net:80", login: true},
		{url: ""},
		{url: "p.example.net:3128"},
		{url: "socks4://p.example.net"},
		{url: "http://"},
		{url: "http://:3128"},
		{url: "http://p.example.net:0"},
		{url: "http://p.example.net:65536"},
		{url: "http://p.example.net/path"},
		{url: "http://p.example.net?s3cr3t"},
		{url: "http://p.example.net#s3cr3t"},
		{url: "http://ops:s3cr3t/x@p.example.net"},
		{url: "http://ops:s3cr3t%zz@p.example.net"},
		{url: "http://ops:s3cr3t@p.example.net:port"},
		{url: "ops:s3cr3t@p.example.net:3128"},
		{url: "http://ops:s3cr3t\x00@p.example.net:3128"},
	} {
		p, err := ParseProxy(test.url)
		switch {
		case (err != nil) != (test.want == ""):
			t.Errorf("ParseProxy(%q): error %v", test.url, err)
		case err != nil && strings.Contains(err.Error(), "s3cr3t"):
			t.Errorf("ParseProxy(%q) gives the secret away: %v", test.url, err)
		case err == nil && (p.String() != test.want || p.login != test.login):
			t.Errorf("ParseProxy(%q) = %v, login %v", test.url, p, p.login)
		}
	}
}

func FuzzParseProxy(f *testing.F) {
	f.Add("socks5", "ops", "s3cr3t", "p.example.net")
	f.Add("http", "ops", "s3cr3t@", "[::1]:3128")
	f.Add("https", "", "%2", "p:1/x")
	f.Fuzz(func(t *testing.T, scheme, user, secret, host string) {
		const mark = "XYZZY"
		p, err := ParseProxy(scheme + "://" + user + ":" + mark + secret + mark + "@" + host)
		if err != nil {
			if strings.Contains(err.Error(), mark) {
				t.Errorf("the error gives the secret away: %v", err)
			}
			return
		}
		// Something else than a password may look like the mark's place: the
		// host, where user holds an "@".
		if p.login && strings.Contains(p.password, mark) && strings.Contains(p.String(), mark) {
			t.Errorf("%q gives the secret away", p)
		}
		if p.port < 1 || p.port > 65535 || p.host == "" {
			t.Errorf("accepted %q", p)
		}
	})
}

// No way of printing, logging or encoding a proxy or the options that hold it
// shows user or password.
func TestProxyHidesLogin(t *testing.T) {
	p, err := ParseProxy("http://p.example.net:3128")
	if err != nil {
		t.Fatal(err)
	}
	p = p.WithLogin("operator", password)
	opts := &Options{Proxy: p}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{p, opts, *opts, struct{ P any }{p}, []*Proxy{p}} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	encoded, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "proxy", p)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "proxy", p)
	for _, secret := range []string{password, "operator", fmt.Sprintf("%x", password), fmt.Sprintf("%x", "operator")} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is in\n%s", secret, out.String())
		}
	}
	if got := string(encoded); got != `"http://p.example.net:3128"` {
		t.Errorf("encoded as %s", got)
	}
	if got := fmt.Sprint((*Proxy)(nil)); got != "none" {
		t.Errorf("no proxy prints %q", got)
	}
}

// proxyServer runs serve on each connection to a loopback port and gives the
// address. It ends, joined, with the test.
func proxyServer(t *testing.T, serve func(net.Conn) error) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if err := serve(conn); err != nil {
				t.Errorf("proxy: %v", err)
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return listener.Addr().String()
}

const greeting = "SSH-2.0-device\r\n"

// echo speaks for the device: a greeting, then whatever it hears.
func echo(conn net.Conn) error {
	_, err := io.Copy(conn, conn)
	return err
}

// talk checks that conn leads to the device: the greeting must be whole.
func talk(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Error(err)
	}
	got := make([]byte, len(greeting)+5)
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != greeting+"hello" {
		t.Errorf("the device said %q, %v", got, err)
	}
	if !Alive(conn) {
		t.Error("the connection is not alive")
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	if Alive(conn) {
		t.Error("the closed connection is alive")
	}
}

// socksServer is a SOCKS5 proxy (RFC 1928, 1929) that wants the login, if any,
// and gives the reply.
func socksServer(login, target string, reply byte) func(net.Conn) error {
	return func(conn net.Conn) error {
		r := bufio.NewReader(conn)
		methods := make([]byte, 2)
		if _, err := io.ReadFull(r, methods); err != nil {
			return err
		}
		offered := make([]byte, methods[1])
		if _, err := io.ReadFull(r, offered); err != nil {
			return err
		}
		method := byte(0)
		if login != "" {
			method = 2
		}
		if !strings.Contains(string(offered), string(method)) {
			_, err := conn.Write([]byte{5, 0xff})
			return err
		}
		if _, err := conn.Write([]byte{5, method}); err != nil {
			return err
		}
		if login != "" {
			got, err := readLogin(r)
			if err != nil {
				return err
			}
			if got != login {
				_, err := conn.Write([]byte{1, 1})
				return err
			}
			if _, err := conn.Write([]byte{1, 0}); err != nil {
				return err
			}
		}
		got, err := readTarget(r)
		if err != nil {
			return err
		}
		if got != target {
			return fmt.Errorf("asked for %q, want %q", got, target)
		}
		answer := []byte{5, reply, 0, 1, 127, 0, 0, 1, 0, 80}
		if reply != 0 {
			_, err := conn.Write(answer)
			return err
		}
		// The device's greeting in the same segment must not be lost.
		if _, err := conn.Write(append(answer, greeting...)); err != nil {
			return err
		}
		return echo(conn)
	}
}

func readLogin(r *bufio.Reader) (string, error) {
	if _, err := r.ReadByte(); err != nil {
		return "", err
	}
	user, err := readCounted(r)
	if err != nil {
		return "", err
	}
	secret, err := readCounted(r)
	return user + ":" + secret, err
}

func readTarget(r *bufio.Reader) (string, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil {
		return "", err
	}
	var host string
	switch head[3] {
	case 3:
		name, err := readCounted(r)
		if err != nil {
			return "", err
		}
		host = name
	case 1, 4:
		ip := make(net.IP, map[byte]int{1: 4, 4: 16}[head[3]])
		if _, err := io.ReadFull(r, ip); err != nil {
			return "", err
		}
		host = ip.String()
	}
	port := make([]byte, 2)
	_, err := io.ReadFull(r, port)
	return net.JoinHostPort(host, fmt.Sprint(int(port[0])<<8|int(port[1]))), err
}

func readCounted(r *bufio.Reader) (string, error) {
	n, err := r.ReadByte()
	if err != nil {
		return "", err
	}
	text := make([]byte, n)
	_, err = io.ReadFull(r, text)
	return string(text), err
}

func TestSOCKS(t *testing.T) {
	for _, test := range []struct {
		name        string
		host        string
		target      string
		login, sent string // wanted and sent, "user:password"
		reply       byte
		is          error
		text        string
	}{
		{name: "a name goes to the proxy", host: "r1.example.net", target: "r1.example.net:22"},
		{name: "IPv4", host: "192.0.2.1", target: "192.0.2.1:22"},
		{name: "IPv6 in brackets", host: "[2001:db8::1]", target: "[2001:db8::1]:22"},
		{name: "login", host: "r1", target: "r1:22", login: "ops:" + password, sent: "ops:" + password},
		{name: "login not wanted", host: "r1", target: "r1:22", sent: "ops:" + password},
		{name: "login wanted", host: "r1", login: "ops:x", is: ErrNotPermitted, text: "no acceptable authentication methods"},
		{name: "wrong login", host: "r1", login: "ops:x", sent: "ops:" + password, is: ErrNotPermitted,
			text: "username/password authentication failed"},
		{name: "failure", host: "r1", target: "r1:22", reply: 1, is: ErrNotOpened, text: "general SOCKS server failure"},
		{name: "ruleset", host: "r1", target: "r1:22", reply: 2, is: ErrNotPermitted, text: "connection not allowed by ruleset"},
		{name: "network", host: "r1", target: "r1:22", reply: 3, is: ErrUnreachable, text: "network unreachable"},
		{name: "host", host: "r1", target: "r1:22", reply: 4, is: ErrUnreachable, text: "host unreachable"},
		{name: "refused", host: "r1", target: "r1:22", reply: 5, is: ErrRefused, text: "connection refused"},
		{name: "TTL", host: "r1", target: "r1:22", reply: 6, is: ErrTimedOut, text: "TTL expired"},
		{name: "unheard of", host: "r1", target: "r1:22", reply: 99, is: ErrNotOpened, text: "unknown code: 99"},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeak(t)
			address := proxyServer(t, socksServer(test.login, test.target, test.reply))
			testThrough(t, "socks5", address, test.host, test.sent, nil, test.is, test.text)
		})
	}
}

// testThrough dials host by way of a proxy and checks the greeting or the error.
func testThrough(t *testing.T, scheme, address, host, login string, config *tls.Config, is error, text string) {
	t.Helper()
	p, err := ParseProxy(scheme + "://" + address)
	if err != nil {
		t.Fatal(err)
	}
	if user, secret, ok := strings.Cut(login, ":"); ok {
		p = p.WithLogin(user, secret)
	}
	if config != nil {
		p = p.WithTLS(config)
	}
	log := &lines{}
	conn, err := Dial(t.Context(), host, 22, &Options{Proxy: p, Logger: log.logger()})
	if is == nil {
		if err != nil {
			t.Fatal(err)
		}
		talk(t, conn)
	} else {
		open := opened(t, err)
		if want := fmt.Sprintf("open %s:22 through %s://%s: proxy: %s", host, scheme, address, text); open.Error() != want {
			t.Errorf("it reads\n%s, want\n%s", open, want)
		}
		var refusal *ProxyError
		if !errors.Is(err, is) || !errors.As(err, &refusal) || refusal.Proxy != p.String() {
			t.Errorf("%v is not %v", err, is)
		}
	}
	for _, secret := range []string{password, "b3BzOn"} { // plain, and the start of base64("ops:")
		if strings.Contains(log.String(), secret) || err != nil && strings.Contains(fmt.Sprintf("%+v", err), secret) {
			t.Errorf("the secret is in the log or the error:\n%s%+v", log, err)
		}
	}
}

// connectServer is an HTTP proxy that gives a fixed answer to a request whose
// lines it checks.
func connectServer(want []string, response string) func(net.Conn) error {
	return func(conn net.Conn) error {
		r := bufio.NewReader(conn)
		var got []string
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return err
			}
			if line = strings.TrimSuffix(line, "\r\n"); line == "" {
				break
			}
			got = append(got, line)
		}
		if want != nil && strings.Join(got, "|") != strings.Join(want, "|") {
			return fmt.Errorf("the request is %q, want %q", got, want)
		}
		if _, err := io.WriteString(conn, response); err != nil || !strings.HasSuffix(response, greeting) {
			return err
		}
		return echo(conn)
	}
}

func TestCONNECT(t *testing.T) {
	plain := []string{"CONNECT r1.example.net:22 HTTP/1.1", "Host: r1.example.net:22"}
	for _, test := range []struct {
		name, host, login string
		request           []string
		response          string
		is                error
		text              string
	}{
		{name: "well", host: "r1.example.net", request: plain,
			response: "HTTP/1.1 200 Connection established\r\nVia: a, b\r\nProxy-agent: x\r\n\r\n" + greeting},
		{name: "bare", host: "r1.example.net", request: plain, response: "HTTP/1.0 200 OK\r\n\r\n" + greeting},
		{name: "line feeds only", host: "r1.example.net", request: plain, response: "HTTP/1.0 200 OK\nA: b\n\n" + greeting},
		{name: "any 2xx", host: "r1.example.net", request: plain, response: "HTTP/1.1 299 Fine\r\n\r\n" + greeting},
		{name: "lengths mean nothing", host: "r1.example.net", request: plain,
			response: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + greeting},
		{name: "after another answer", host: "r1.example.net", request: plain,
			response: "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + greeting},
		{name: "IPv6", host: "[2001:db8::1]", response: "HTTP/1.1 200 OK\r\n\r\n" + greeting,
			request: []string{"CONNECT [2001:db8::1]:22 HTTP/1.1", "Host: [2001:db8::1]:22"}},
		{name: "login", host: "r1.example.net", login: "ops:" + password, response: "HTTP/1.1 200 OK\r\n\r\n" + greeting,
			request: append(plain[:2:2], "Proxy-Authorization: Basic b3BzOnMzY3IzdC8mOkA/")},
		{name: "login wanted", host: "r1", response: "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
			is: ErrNotPermitted, text: "HTTP 407 Proxy Authentication Required"},
		{name: "wrong login", host: "r1", login: "ops:" + password, response: "HTTP/1.1 407 " + password + "\r\n\r\n",
			is: ErrNotPermitted, text: "HTTP 407 Proxy Authentication Required"},
		{name: "forbidden", host: "r1", response: "HTTP/1.1 403 Forbidden\r\n\r\n", is: ErrNotPermitted, text: "HTTP 403 Forbidden"},
		{name: "bad gateway", host: "r1", response: "HTTP/1.1 502 Bad Gateway\r\n\r\nsorry", is: ErrNotOpened, text: "HTTP 502 Bad Gateway"},
		{name: "gateway timeout", host: "r1", response: "HTTP/1.1 504 x\r\n\r\n", is: ErrTimedOut, text: "HTTP 504 Gateway Timeout"},
		{name: "unheard of", host: "r1", response: "HTTP/1.1 799 x\r\n\r\n", is: ErrNotOpened, text: "HTTP 799"},
		{name: "another protocol", host: "r1", response: "HTTP/1.1 101 x\r\n\r\n", is: ErrNotOpened, text: "HTTP 101 Switching Protocols"},
		{name: "hangs up", host: "r1", response: "", is: ErrNotOpened, text: "it closed the connection before it answered"},
		{name: "hangs up half-way", host: "r1", response: "HTTP/1.1 200 OK\r\nA: ", is: ErrNotOpened,
			text: "it closed the connection before it answered"},
		{name: "no proxy at all", host: "r1", login: "ops:" + password, response: "CONNECT " + password + "\r\n\r\n",
			is: ErrNotOpened, text: "its answer is not HTTP"},
		{name: "echoes", host: "r1", login: "ops:" + password,
			response: "HTTP/1.1 200 OK\r\nProxy-Authorization Basic b3BzOnMzY3IzdC8mOkA/\r\n\r\n",
			is:       ErrNotOpened, text: "its answer is not HTTP"},
		{name: "endless", host: "r1", response: "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 20000),
			is: ErrNotOpened, text: "its answer is longer than 65536 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeak(t)
			serve := connectServer(test.request, test.response)
			if test.name == "endless" {
				serve = func(conn net.Conn) error { _ = connectServer(nil, test.response)(conn); return nil }
			}
			testThrough(t, "http", proxyServer(t, serve), test.host, test.login, nil, test.is, test.text)
		})
	}
}

func TestCONNECTOverTLS(t *testing.T) {
	web := httptest.NewUnstartedServer(nil) // for its certificate
	web.StartTLS()
	defer web.Close()
	certificate := web.TLS.Certificates[0]
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())

	serve := func(conn net.Conn) error {
		secured := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
		if secured.Handshake() != nil {
			return nil // the client's test looks at its own error
		}
		return connectServer(nil, "HTTP/1.1 200 OK\r\n\r\n"+greeting)(secured)
	}
	t.Run("trusted", func(t *testing.T) {
		testThrough(t, "https", proxyServer(t, serve), "r1", "ops:"+password, &tls.Config{RootCAs: roots}, nil, "")
	})
	t.Run("unknown", func(t *testing.T) {
		p, err := ParseProxy("https://" + proxyServer(t, serve))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Dial(t.Context(), "r1", 22, &Options{Proxy: p})
		var unknown x509.UnknownAuthorityError
		if opened(t, err); !errors.As(err, &unknown) {
			t.Errorf("error %v", err)
		}
	})
}

func TestProxyRefusesHost(t *testing.T) {
	p, err := ParseProxy("http://192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"", "r1\r\nX: y", "r1 r2", "r1/x", "[r1]"} {
		_, err := Dial(t.Context(), host, 22, &Options{Proxy: p, Dial: newNetwork(nil).dial})
		if open := opened(t, err); !errors.Is(err, ErrUnresolved) || len(open.Attempts) != 0 {
			t.Errorf("host %q: %v", host, err)
		}
	}
}

// A proxy that says nothing is held to the same limits as everyone.
func TestProxyLimits(t *testing.T) {
	for _, scheme := range []string{"socks5", "http", "https"} {
		for _, test := range []struct {
			name  string
			opts  Options
			limit time.Duration // of the context
			after time.Duration
			is    error
			text  string
		}{
			{"total", Options{Timeout: time.Second}, never, time.Second, ErrTimedOut, "no answer within the total limit of 1s"},
			{"context", Options{}, 2 * time.Second, 2 * time.Second, context.DeadlineExceeded, "no answer before the context's deadline"},
		} {
			t.Run(scheme+" "+test.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p, err := ParseProxy(scheme + "://192.0.2.1:3128")
					if err != nil {
						t.Fatal(err)
					}
					ctx, cancel := context.WithTimeout(t.Context(), test.limit)
					defer cancel()
					network := newNetwork(nil)
					test.opts.Dial, test.opts.Proxy = network.dial, p
					_, err = Dial(ctx, "r1", 22, &test.opts)
					if elapsed := time.Since(network.begun); elapsed != test.after {
						t.Errorf("it took %v", elapsed)
					}
					want := fmt.Sprintf("open r1:22 through %v: proxy: %s", p, test.text)
					if open := opened(t, err); open.Error() != want {
						t.Errorf("it reads\n%s, want\n%s", open, want)
					}
					if !errors.Is(err, test.is) || test.is == ErrTimedOut && errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("%v is not just %v", err, test.is)
					}
					synctest.Wait()
					if open, _ := network.counts(); open != 0 {
						t.Errorf("%d connections left", open)
					}
				})
			})
		}
	}
}

// The proxy's own addresses are raced, and its failures told.
func TestProxyUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := ParseProxy("socks5://p.example.net")
		if err != nil {
			t.Fatal(err)
		}
		network := newNetwork(map[string]answer{"192.0.2.1": {err: refused}, "2001:db8::1": {err: unreachable}})
		_, err = Dial(t.Context(), "r1", 22, &Options{
			Proxy: p, Dial: network.dial, Resolver: book{"p.example.net": "192.0.2.1 2001:db8::1"},
		})
		want := "open r1:22 through socks5://p.example.net:1080: none of 2 addresses answered in 0s: " +
			"connection refused: 192.0.2.1; no route to host: 2001:db8::1"
		if open := opened(t, err); open.Error() != want {
			t.Errorf("it reads\n%s, want\n%s", open, want)
		}
	})
}

// Whatever the proxy sends, the client ends, and what follows the header is not
// touched.
func FuzzCONNECT(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n"))
	f.Add([]byte("HTTP/1.1 100 x\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\nrest"))
	f.Add([]byte("HTTP/1.1 407 x\r\n\r\n"))
	f.Add([]byte("\r\n\r\n"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		conn := &script{r: strings.NewReader(string(sent))}
		_, err := (&Proxy{scheme: "http"}).connect(conn, "r1:22")
		if err != nil {
			return
		}
		rest, readErr := io.ReadAll(conn.r)
		if readErr != nil {
			t.Fatal(readErr)
		}
		header := strings.TrimSuffix(string(sent), string(rest))
		if !strings.HasSuffix(header, "\n") {
			t.Errorf("the header ends %q, the rest is %q", header, rest)
		}
	})
}

// script is a connection whose peer has said all it will.
type script struct {
	net.Conn
	r *strings.Reader
}

func (s *script) Read(p []byte) (int, error)  { return s.r.Read(p) }
func (s *script) Write(p []byte) (int, error) { return len(p), nil }

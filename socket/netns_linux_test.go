package socket

import "testing"

const namespaceTest = "SOCKET_TEST_NAMESPACE"

func insideNamespace(m *testing.M, _ string) int { return m.Run() }

//go:build !unix

package gateway

import "net"

// alive can't be told here without waiting.
func alive(net.Conn) bool { return true }

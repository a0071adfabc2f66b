//go:build unix

package gateway

import (
	"errors"
	"net"
	"syscall"
)

// alive reports whether the other side of an idle connection has neither closed it
// nor said anything, which it has no reason to.
func alive(conn net.Conn) bool {
	raw, err := conn.(syscall.Conn).SyscallConn() //nolint:forcetypeassert // it is a *net.TCPConn
	if err != nil {
		return false
	}
	quiet := false
	err = raw.Read(func(fd uintptr) bool {
		var one [1]byte
		_, err := syscall.Read(int(fd), one[:])
		quiet = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err == nil && quiet
}

"""How the Tryton server of a test is served: one process, four threads, on a free port of the loopback interface.

The ready file gets the port once the application is loaded. Standard input is a pipe that only the test's process
holds: when that process ends, however it ends, the pipe closes and the server goes with it.
"""
import os
import signal
import threading

bind = f"127.0.0.1:{os.environ['SLOTLEDGER_TRYTON_PORT']}"
workers = 1
worker_class = 'gthread'
threads = 4
# The default of two seconds closes idle connections under a client that is about to use them.
keepalive = 75
timeout = 120
graceful_timeout = 1
# A control socket would be shared by all servers of one user.
control_socket_disable = True


def post_worker_init(worker):
    def end_with_parent():
        while os.read(0, 1):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=end_with_parent, daemon=True).start()
    port = worker.sockets[0].getsockname()[1]
    ready = os.environ['SLOTLEDGER_TRYTON_READY']
    with open(ready + '.part', 'w') as file:
        file.write(str(port))
    os.rename(ready + '.part', ready)

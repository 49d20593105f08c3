"""What jobs of these tests do to the worker process that runs them.

It imports little, and above all not the suite with its pytest: each worker that is started for it would pay for that.
"""

import atexit
import concurrent.futures
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.executors.processes import wait_until


def nothing() -> None:
    return


def give_back_bytes(size: int) -> bytes:
    return b"x" * size


def tell_pid() -> int:
    return os.getpid()


def stay(pid_file: str, opened: str = "/nonexistent") -> str:
    """Write the process id, and stay until the file `opened` is there."""
    partial = Path(f"{pid_file}.partial")
    partial.write_text(str(os.getpid()))
    partial.rename(pid_file)
    wait_until(Path(opened).exists)
    return "stayed"


def exit_hard(code: int) -> None:
    os._exit(code)


def kill_self(signal_number: int) -> None:
    os.kill(os.getpid(), signal_number)
    threading.Event().wait(60)


def close_everything() -> None:
    os.closerange(3, 1024)


def leave_a_program_behind(pid_file: str) -> None:
    """Start a program that keeps all files open that it can get, and die."""
    program = subprocess.Popen(
        [sys.executable, "-c", "import threading; threading.Event().wait(60)"],
        close_fds=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    Path(pid_file).write_text(str(program.pid))
    os._exit(1)


def leave_a_fork_behind(pid_file: str) -> None:
    """Fork, let the copy stay, and die."""
    pid = os.fork()
    if pid == 0:
        threading.Event().wait(60)
        os._exit(0)
    Path(pid_file).write_text(str(pid))
    os._exit(1)


def leave_a_thread_behind() -> None:
    threading.Thread(target=threading.Event().wait, args=(60,)).start()


def at_exit_make(path: str) -> None:
    atexit.register(Path(path).touch)


def print_much(megabytes: int) -> None:
    for _ in range(megabytes * 16):
        sys.stdout.write("x" * 65535 + "\n")


def interrupt_self() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "went on"


def die_once(number: int, victim: int) -> int:
    if number == victim:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def write_down(path: str, number: int, seconds: float = 0.0) -> int:
    """Add a line to a file, whole or not at all, and take a while."""
    with open(path, "ab", buffering=0) as file:
        file.write(b"%d\n" % number)
    threading.Event().wait(seconds)
    return number


def write_down_and_die(path: str, number: int) -> None:
    write_down(path, number)
    os._exit(1)


# -- output ----------------------------------------------------------------------------------------


def say(text: str) -> None:
    print(text)  # and leave it in the buffer, as any program does


def print_on_both(megabytes: int) -> int:
    """Print so much on each of the standard streams, and return how many bytes that were."""
    line = "x" * 65535 + "\n"
    for _ in range(megabytes * 16):
        sys.stdout.write(line)
        sys.stderr.write(line)
    return megabytes * 16 * len(line)


# -- multiprocessing inside of a job ---------------------------------------------------------------


def square(number: int) -> int:
    return number * number


def use_multiprocessing_pool(method: str) -> list[int]:
    with multiprocessing.get_context(method).Pool(2) as pool:
        return pool.map(square, range(5))


def use_concurrent_futures(method: str) -> list[int]:
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        return list(pool.map(square, range(5)))


def use_process_and_queue(method: str) -> list[int]:
    context: Any = multiprocessing.get_context(method)
    queue = context.SimpleQueue()
    processes = [context.Process(target=put_square, args=(queue, number)) for number in range(5)]
    for process in processes:
        process.start()
    squares = sorted(queue.get() for _ in processes)
    for process in processes:
        process.join()
    return squares


def put_square(queue: "multiprocessing.SimpleQueue[int]", number: int) -> None:
    queue.put(square(number))


def use_subprocess() -> str:
    return subprocess.run([sys.executable, "-c", "print(16)"], capture_output=True, text=True, check=True).stdout


def leave_a_process_behind(method: str, pid_file: str) -> None:
    """Start a process of multiprocessing, and do not wait for it."""
    context: Any = multiprocessing.get_context(method)
    process = context.Process(target=stay, args=(pid_file,), daemon=True)
    process.start()
    wait_until(Path(pid_file).exists)


def fork_and_end(times: int) -> list[int]:
    """Fork, and end the copy before it can have done anything; return the signals by which the copies ended."""
    ended = []
    for _ in range(times):
        pid = os.fork()
        if pid == 0:
            threading.Event().wait(5)
            os._exit(0)
        os.kill(pid, signal.SIGTERM)
        ended.append(os.WTERMSIG(os.waitpid(pid, 0)[1]))
    return ended

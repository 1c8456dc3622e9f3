"""Drives psycopg2's own pools: one JSON command a line on stdin, one JSON answer a line on stdout."""
import json
import sys

try:
    import psycopg2
    from psycopg2 import pool as pools
except ImportError as error:
    print(json.dumps({"missing": str(error)}), flush=True)
    sys.exit(0)

STRANGER = "stranger"


class Reference:
    """One pool with the connections that it has lent, by handle."""

    def __init__(self, kind, minimum, maximum, connect):
        cls = pools.SimpleConnectionPool if kind == "simple" else pools.ThreadedConnectionPool
        self.pool = cls(minimum, maximum, **connect)
        self.handles = {}
        self.lent = []
        # Every connection ever seen with its backend: a closed one does not tell it any more. Kept, so that no id comes twice.
        self.backends = {}

    def get(self, command):
        conn = self.pool.getconn(command["key"]) if command["keyed"] else self.pool.getconn()
        again = any(conn is other for other in self.lent)
        if not again:
            self.lent.append(conn)
        if id(conn) not in self.backends:
            self.backends[id(conn)] = (conn, conn.info.backend_pid)
        self.handles[command["handle"]] = conn
        return {"pid": self.backends[id(conn)][1], "again": again}

    def put(self, command):
        conn = command["stranger"] if command["handle"] == STRANGER else self.handles[command["handle"]]
        # Arguments that were not given are left out, as a caller would.
        given = {"key": command["key"]} if command["keyed"] else {}
        if command["close"]:
            given["close"] = True
        self.pool.putconn(conn, **given)
        self.lent = [other for other in self.lent if other is not conn]
        return {}

    def closeall(self, command):
        self.pool.closeall()
        return {}

    def counts(self, command):
        return {"idle": len(self.pool._pool), "lent": len(self.pool._used)}

    def pid(self, command):
        return {"pid": self.backends[id(self.handles[command["handle"]])][1]}

    def begin(self, command):
        self.execute(command, "SELECT 1")
        return {}

    def fail(self, command):
        return self.must_fail(command, "SELECT 1 / 0")

    def end(self, command):
        self.handles[command["handle"]].commit()
        return {}

    def mark(self, command):
        self.execute(command, "SELECT pg_advisory_lock(pg_backend_pid())")
        self.handles[command["handle"]].commit()
        return {}

    def userclose(self, command):
        self.handles[command["handle"]].close()
        return {}

    def notice(self, command):
        return self.must_fail(command, "SELECT 1")

    def execute(self, command, sql):
        with self.handles[command["handle"]].cursor() as cursor:
            cursor.execute(sql)

    def must_fail(self, command, sql):
        try:
            self.execute(command, sql)
        except psycopg2.Error:
            return {}
        return {"unexpected": sql + " did not fail"}

    def end_of_sequence(self):
        for conn, _ in self.backends.values():
            conn.close()
        if not self.pool.closed:
            self.pool.closeall()


def answer(reference, command):
    try:
        return getattr(reference, command["do"])(command)
    except pools.PoolError as error:
        return {"refused": str(error)}
    except Exception as error:
        return {"unexpected": "%s: %s" % (type(error).__name__, str(error).strip())}


def main():
    print(json.dumps({"psycopg2": psycopg2.__version__}), flush=True)
    reference = None
    stranger = None
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "start":
            try:
                stranger = stranger or psycopg2.connect(**dict(command["connect"], application_name=STRANGER))
                reference = Reference(command["kind"], command["min"], command["max"], command["connect"])
                result = {}
            except Exception as error:
                result = {"unexpected": "%s: %s" % (type(error).__name__, str(error).strip())}
        elif command["do"] == "finish":
            reference.end_of_sequence()
            result = {}
        else:
            result = answer(reference, dict(command, stranger=stranger))
        print(json.dumps(result), flush=True)


main()

std = "lua54"
max_line_length = 100
cache = false
exclude_files = {"lua/meta"}
unused_args = false

-- What the host gives every script (src/modules); nothing else is global.
read_globals = {
    "docker", "http", "archive", "fs", "json", "stream", "hash", "time", "process", "env", "try",
    "hosskeep", log = {fields = {level = {read_only = false}}, other_fields = true},
}

files["spec"] = {
    read_globals = {
        "describe", "it", "before_each", "after_each", "setup", "teardown", "pending", "spy",
        "stub", "finally", "insulate", "expose",
        assert = {other_fields = true},
    },
}

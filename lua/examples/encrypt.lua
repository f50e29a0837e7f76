-- Encrypts each archive by a program and removes the plain one. The key's file is named, so no
-- secret is in the arguments. Install as backup.d/70-encrypt.lua; `openssl enc -d` decrypts.
local p = ...
p.settings:declare { name = "site.key", default = "/etc/hosskeep/key", help = "file with the key" }

p:insert_after("publish", { name = "site.encrypt", title = "Encrypt", run = function(ctx)
    local path, target = ctx.archive_path, ctx.archive_path .. ".enc"
    ctx:on_failure(function() fs.remove(target) end, "remove the encrypted archive")
    process.run { "openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-in", path, "-out", target,
        "-pass", "file:" .. ctx.settings["site.key"], check = true }
    fs.chmod(target, tonumber("600", 8))
    fs.sync(target)
    fs.remove(path)
end })

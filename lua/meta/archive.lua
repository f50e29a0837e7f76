---@meta

--- Archives of hosskeep: a plain tar, compressed, with a list of entries and a manifest at its end.
--- Also plain tars for the Engine. Modes are integers (384 is 0600). Since 0.3.0.
---@class archive
---@field LIMITS table what a reader accepts at most
archive = {}

--- Begins an archive in a new file (0600); it is removed unless finish() ends it.
--- > local packer <close> = archive.create(folder .. "/a.tar.gz")
--- > packer:add_bytes("version.json", "{}")
--- > assert(packer:finish({}).entries == 1)
---@param path string
---@param options? table format="gzip"|"zstd", level
---@return archive.packer
function archive.create(path, options) end

--- Opens an archive for reading.
--- > local opened <close> = archive.open(sample)
--- > for entry in opened:entries() do print(entry.name, entry.size) end
---@param path string
---@param options? table max_entries, max_bytes
---@return archive.opened
function archive.open(path, options) end

--- Reads an archive whole and tells what is in it; raises kind "archive", naming the entry, when it
--- must not be trusted.
--- > assert(archive.verify(sample).kind == "hosskeep")
---@param path string
---@param options? table progress=fn(bytes), background, cold, max_entries, max_bytes
---@return table report kind, entries, bytes, size, manifest, version, notes
function archive.verify(path, options) end

--- A plain tar into any writer, for instance a container's upload.
--- > local tar <close> = archive.tar(stream.null())
--- > tar:add_bytes("hello", "world")
--- > tar:close()
---@param writer stream.writer
---@return archive.tar
function archive.tar(writer) end

--- An archive that is being made.
---@class archive.packer

--- Adds a file out of a string.
--- > packer:add_bytes("hello.txt", "hello", { mode = 384 })
---@param name string
---@param data string
---@param options? table mode=384, uid, gid, mtime
function packer:add_bytes(name, data, options) end

--- Adds one file of this machine.
--- > fs.write(folder .. "/one", "1")
--- > packer:add_file("config/one", folder .. "/one")
---@param name string
---@param path string
function packer:add_file(name, path) end

--- Adds a folder of this machine with all that is in it; links are not followed.
--- > fs.mkdir(folder .. "/tree/deep")
--- > assert(packer:add_tree("config/tree", folder .. "/tree").entries >= 1)
---@param prefix string
---@param path string
---@param options? table progress
---@return table totals entries, bytes, skipped, skipped_count
function packer:add_tree(prefix, path, options) end

--- Adds exactly size bytes of a reader as one file.
--- > packer:add_reader("five", stream.from_string "hello", 5)
---@param name string
---@param reader stream.reader
---@param size integer
---@param options? table mode, uid, gid, mtime, progress
function packer:add_reader(name, reader, size, options) end

--- Adds the entries of a tar (an Engine's) below a prefix, with owners, modes and links.
--- `omit_blank` leaves out files of 1 MiB and more whose names end so and that hold nothing but
--- zeros behind their first 64 bytes; they are told in `skipped`, like devices and FIFOs.
--- > local tar = container:open "/etc"
--- > assert(packer:add_tar("volumes/etc", tar, { strip = "etc/" }).entries > 0)
---@param prefix string
---@param reader stream.reader
---@param options? table strip, skip={names}, omit_blank, progress
---@return table totals entries, bytes, skipped, skipped_count
function packer:add_tar(prefix, reader, options) end

--- What is in it so far.
--- > packer:add_bytes("x", "123")
--- > assert(packer:totals().bytes >= 3)
---@return table totals entries, bytes
function packer:totals() end

--- Writes the list of entries and the manifest, closes and syncs the file.
--- > packer:add_bytes("x", "123")
--- > assert(packer:finish({ name = "example" }).entries_sha256)
---@param manifest? table
---@return table totals size, entries, bytes, entries_sha256
function packer:finish(manifest) end

--- An archive that is being read, over one descriptor.
---@class archive.opened

--- Reads all of it and tells what is in it; raises when it must not be trusted.
--- > assert(opened:verify().entries == 1)
---@param options? table progress, background, cold
---@return table report
function opened:verify(options) end

--- Iterates over the entries: name, type, size, mode, uid, gid, mtime, link. Each call begins anew;
--- at the end the list of entries is compared again.
--- > for entry in opened:entries() do assert(entry.name) end
---@return function
function opened:entries() end

--- The content of the current entry; more than max bytes (1 MiB) raises.
--- > for entry in opened:entries() do
--- >     if entry.name == "version.json" then assert(json.decode(opened:read())) end
--- > end
---@param max? integer
---@return string
function opened:read(max) end

--- Copies the content of the current entry.
--- > for entry in opened:entries() do
--- >     if entry.type == "file" then opened:copy(stream.null()) end
--- > end
---@param writer stream.writer
---@param options? table progress
---@return integer bytes
function opened:copy(writer, options) end

--- Makes the current entry below a folder; never outside of it, never over anything.
--- > for entry in opened:entries() do opened:extract(folder) end
---@param path string
---@param options? table strip, mode_mask
function opened:extract(path, options) end

--- The current entry and all that follow directly below a prefix as one tar, the prefix taken off.
--- > for entry in opened:entries() do
--- >     if entry.name:find "^volumes/" then opened:copy_tar("volumes", stream.null()) end
--- > end
---@param prefix string
---@param writer stream.writer
---@param options? table progress, uid, gid, mode, folder_mode, modes={name=mode},
---below=folder put in front
---@return table totals entries, bytes
function opened:copy_tar(prefix, writer, options) end

--- A plain tar that is being made.
---@class archive.tar

--- Adds a file out of a string.
--- > tar:add_bytes("hello", "world", { mode = 384, uid = 1001 })
---@param name string
---@param data string
---@param options? table mode, uid, gid, mtime
function tar:add_bytes(name, data, options) end

--- Adds a folder.
--- > tar:add_directory("secrets", { mode = 448, uid = 1001, gid = 1001 })
---@param name string
---@param options? table mode, uid, gid, mtime
function tar:add_directory(name, options) end

--- Adds exactly size bytes of a reader as a file.
--- > tar:add_reader("five", stream.from_string "hello", 5)
---@param name string
---@param reader stream.reader
---@param size integer
---@param options? table mode, uid, gid, mtime
function tar:add_reader(name, reader, size, options) end

--- Ends the tar and closes its writer.
--- > tar:close()
function tar:close() end

from jaxtyping import install_import_hook

# the shapes that the equations state are checked while these tests run
install_import_hook("memsim.cognitive.serial_recall.states", "beartype.beartype")
